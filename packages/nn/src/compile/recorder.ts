import { UnsupportedError } from '../errors/unsupported-error';
import type { OpAttribute, TensorMetadata } from '../engine/tensorflow-backend';
import { type Endpoint, GraphDef } from './graph-def';
import type { Instrumentation } from './instrumented-binding';

/** One call of a TensorFlow kernel. */
interface KernelCall {
  name: string;
  attributes: OpAttribute[];
  inputs: number[];
  outputs: TensorMetadata[];
}

/**
 * Operations whose kernel in tfjs-node leaves a type attribute to TensorFlow's eager mode to infer
 * from the first input. A graph must spell it out.
 */
const INFERRED_TYPE_ATTRIBUTE: Readonly<Record<string, string>> = { ExpandDims: 'T' };

/** A tensor the graph needs from outside at every run. */
interface Feed<Source> {
  endpoint: Endpoint;
  source: Source;
}

/**
 * Writes the kernel calls of one run of a function into a graph.
 *
 * A tensor is a graph endpoint when the recording produced it; a feed when it was declared as one;
 * and otherwise a constant: its value at recording time is copied into the graph.
 */
export class Recorder<Source = unknown> {
  readonly graph: GraphDef;
  private readonly endpoints = new Map<number, Endpoint>();
  private readonly declared = new Map<number, Source>();
  private readonly usedFeeds: Feed<Source>[] = [];

  constructor(private readonly instrumentation: Instrumentation) {
    this.graph = new GraphDef(instrumentation.native);
  }

  /** Declares a tensor that each run supplies anew; it becomes part of the graph when first used. */
  declareFeed(id: number, source: Source): void {
    this.declared.set(id, source);
  }

  /** Feeds the recorded function really used, in order of first use. */
  get feeds(): readonly Feed<Source>[] {
    return this.usedFeeds;
  }

  /** Adds one kernel call; its outputs may be inputs of later ones. */
  record({ name, attributes, inputs, outputs }: KernelCall): void {
    const endpoint = this.graph.operation(
      name,
      inputs.map((id) => this.endpointOf(id)),
      [...attributes, ...this.inferredAttributes(name, inputs)],
    );
    const node = endpoint.slice(0, endpoint.indexOf(':'));
    outputs.forEach((output, index) => this.endpoints.set(output.id, `${node}:${index}`));
  }

  /** Where a tensor comes from in the graph. */
  endpointOf(id: number): Endpoint {
    const known = this.endpoints.get(id);
    if (known !== undefined) return known;
    const { shape, dtype } = this.metadataOf(id);
    const source = this.declared.get(id);
    let endpoint: Endpoint;
    if (source === undefined) {
      const data = this.instrumentation.native.tensorDataSync(id);
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      endpoint = this.graph.constant(dtype, shape, bytes);
    } else {
      endpoint = this.graph.placeholder(dtype, shape);
      this.usedFeeds.push({ endpoint, source });
    }
    this.endpoints.set(id, endpoint);
    return endpoint;
  }

  /** Refuses a read of a value that a later run would compute anew. */
  refuseRead(id: number): void {
    if (!this.endpoints.has(id) && !this.declared.has(id)) return;
    throw new UnsupportedError(
      'compile: the recorded function reads the value of a tensor on the host (dataSync, data, arraySync); expected tensor operations only; return the tensor and read it outside, or pass the value in as an input',
    );
  }

  private inferredAttributes(name: string, inputs: readonly number[]): OpAttribute[] {
    const attribute = INFERRED_TYPE_ATTRIBUTE[name];
    if (attribute === undefined) return [];
    const { dtype } = this.metadataOf(inputs[0] as number);
    return [{ name: attribute, type: this.instrumentation.native.TF_ATTR_TYPE, value: dtype }];
  }

  private metadataOf(id: number): TensorMetadata {
    const metadata = this.instrumentation.tensors.get(id);
    if (metadata !== undefined) return metadata;
    throw new UnsupportedError(
      'compile: the recorded function uses a tensor that was made before the engine was selected; call selectEngine() before making tensors',
    );
  }
}
