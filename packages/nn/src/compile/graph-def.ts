import { UnsupportedError } from '@omnict/core';
import type { OpAttribute, TensorFlowBinding } from '../engine/tensorflow-backend';
import { bytesField, floatBytes, floatField, integerField, varint } from '../protobuf';

/**
 * @file A TensorFlow graph under construction, written out as a SavedModel. Field numbers are
 * those of TensorFlow's `graph.proto`, `node_def.proto`, `attr_value.proto`, `tensor.proto`,
 * `tensor_shape.proto`, `meta_graph.proto` and `saved_model.proto`.
 */

/** Version of the graph format producer: the one that TensorFlow 2.9, tfjs-node's own, accepts. */
const GRAPH_PRODUCER = 1087;

/** Tag under which the one graph is stored and loaded. */
export const SERVE_TAG = 'serve';

/** A node's output, as other nodes and feeds name it: `node:0`. */
export type Endpoint = string;

/** The first output of a node. */
export function firstOutput(node: string): Endpoint {
  return `${node}:0`;
}

/** Makes an operation wait for the node of an endpoint without using its value. */
export function after(endpoint: Endpoint): Endpoint {
  return `^${endpoint.slice(0, endpoint.indexOf(':'))}`;
}

/**
 * Collects nodes; methods that add one return its first output. Inputs made by {@link after} stand last.
 */
export class GraphDef {
  private readonly nodes: Buffer[] = [];
  private names = 0;

  constructor(private readonly binding: TensorFlowBinding) {}

  /** Number of nodes so far. */
  get size(): number {
    return this.nodes.length;
  }

  /** A value that every run supplies. @param dtype TensorFlow's DataType number. */
  placeholder(dtype: number, shape: readonly number[], name = this.reserve()): Endpoint {
    const attributes = [
      attribute('dtype', integerField(6, dtype)),
      attribute('shape', bytesField(7, shapeProto(shape))),
    ];
    return this.add('Placeholder', [], { attributes, name });
  }

  /** Name of a node whose operation is not known yet; other nodes may use its outputs. */
  reserve(): string {
    return `n${this.names++}`;
  }

  /** A value fixed at recording time. @param bytes little-endian elements. */
  constant(dtype: number, shape: readonly number[], bytes: Uint8Array): Endpoint {
    const tensor = Buffer.concat([
      integerField(1, dtype),
      bytesField(2, shapeProto(shape)),
      bytesField(4, bytes),
    ]);
    const attributes = [
      attribute('dtype', integerField(6, dtype)),
      attribute('value', bytesField(8, tensor)),
    ];
    return this.add('Const', [], { attributes });
  }

  /** Any operation, with the attributes tfjs-node would pass to it. @param name a reserved one */
  operation(
    operation: string,
    inputs: readonly Endpoint[],
    { attributes, name }: { attributes: readonly OpAttribute[]; name?: string },
  ): Endpoint {
    const written = attributes.map((item) =>
      attribute(item.name, this.attributeValue(operation, item)),
    );
    return this.add(operation, inputs, { attributes: written, ...(name && { name }) });
  }

  /** The whole graph as the content of `saved_model.pb`. */
  toSavedModel(): Buffer {
    const versions = bytesField(4, integerField(1, GRAPH_PRODUCER));
    const graph = Buffer.concat([...this.nodes, versions]);
    const meta = Buffer.concat([bytesField(1, bytesField(4, SERVE_TAG)), bytesField(2, graph)]);
    return Buffer.concat([integerField(1, 1), bytesField(2, meta)]);
  }

  private add(
    operation: string,
    inputs: readonly Endpoint[],
    { attributes, name = this.reserve() }: { attributes: Buffer[]; name?: string },
  ): Endpoint {
    const node = [bytesField(1, name), bytesField(2, operation)];
    for (const input of inputs) node.push(bytesField(3, input));
    this.nodes.push(bytesField(1, Buffer.concat([...node, ...attributes])));
    return firstOutput(name);
  }

  /** AttrValue message of one attribute. */
  private attributeValue(operation: string, { name, type, value }: OpAttribute): Buffer {
    const { binding } = this;
    switch (type) {
      case binding.TF_ATTR_TYPE:
        if (!Array.isArray(value)) return integerField(6, value as number);
        return bytesField(
          1,
          bytesField(6, Buffer.concat((value as number[]).map((item) => varint(item)))),
        );
      case binding.TF_ATTR_BOOL:
        if (Array.isArray(value)) break;
        return integerField(5, value === true ? 1 : 0);
      case binding.TF_ATTR_STRING:
        if (!Array.isArray(value)) return bytesField(2, value as string);
        return bytesField(1, Buffer.concat((value as string[]).map((item) => bytesField(2, item))));
      case binding.TF_ATTR_SHAPE:
        return bytesField(7, shapeProto(value as number[]));
      case binding.TF_ATTR_INT:
        if (!Array.isArray(value)) return integerField(3, value as number);
        return bytesField(
          1,
          bytesField(3, Buffer.concat((value as number[]).map((item) => varint(item)))),
        );
      case binding.TF_ATTR_FLOAT:
        if (!Array.isArray(value)) return floatField(4, value as number);
        return bytesField(1, bytesField(4, floatBytes(value as number[])));
    }
    throw new UnsupportedError(
      `compile: attribute '${name}' of ${operation} has a type the graph writer does not know (${type}); set OMNICT_COMPILE=off to run without recording`,
    );
  }
}

function attribute(name: string, value: Buffer): Buffer {
  return bytesField(5, Buffer.concat([bytesField(1, name), bytesField(2, value)]));
}

function shapeProto(shape: readonly number[]): Buffer {
  return Buffer.concat(shape.map((size) => bytesField(2, integerField(1, size))));
}
