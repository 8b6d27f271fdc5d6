import type * as tf from '@tensorflow/tfjs-core';
import type { OpAttribute, TensorFlowBinding } from '../engine/tensorflow-backend';
import { BFLOAT16 } from '../engine/types';
import { after, type Endpoint, firstOutput, type GraphDef } from './graph-def';

let graphCount = 0;

/** Nodes of a value that a graph holds: where it is put in, by what, where it is read, and what frees it. */
export interface HeldEndpoints {
  initial: Endpoint;
  initialize: Endpoint;
  value: Endpoint;
  free: Endpoint;
  /** A copy in bfloat16. */
  isRounded: boolean;
}

/** A name no other graph of this process uses. */
export function uniqueGraphName(): string {
  return `omnict${graphCount++}`;
}

/**
 * A variable inside a recording. What it becomes is known only when the recording ends: one that the
 * function assigns lives in the graph, one that it only reads is held there or fed. Its first read is therefore a
 * node whose operation is filled in last.
 */
export class RecordedVariable {
  private readonly firstRead: string;
  private isRead = false;
  private cast: string | undefined;
  private handleNode: Endpoint | undefined;
  /** Reads and the write that a next write must wait for. */
  private pending: Endpoint[] = [];
  private lastWrite: Endpoint | undefined;

  private readonly graph: GraphDef;
  private readonly binding: TensorFlowBinding;
  private readonly name: string;
  readonly dtype: number;

  constructor(
    readonly variable: tf.Variable,
    place: { graph: GraphDef; binding: TensorFlowBinding; name: string; dtype: number },
  ) {
    this.graph = place.graph;
    this.binding = place.binding;
    this.name = place.name;
    this.dtype = place.dtype;
    this.firstRead = this.graph.reserve();
  }

  /** Its value before the function assigned it. */
  initialValue(): Endpoint {
    if (!this.isRead) this.pending.push(firstOutput(this.firstRead));
    this.isRead = true;
    return firstOutput(this.firstRead);
  }

  /** Its value before the function assigned it, in bfloat16. */
  initialValueAsBfloat16(): Endpoint {
    this.cast ??= this.graph.reserve();
    return firstOutput(this.cast);
  }

  /** Whether the function updated it in place. */
  get isUpdated(): boolean {
    return this.lastWrite !== undefined;
  }

  /** The resource, for operations that update it in place. */
  handle(): Endpoint {
    this.handleNode ??= this.handleOf(this.dtype, this.name);
    return this.handleNode;
  }

  /** What an update in place must wait for: all reads and updates before it. */
  beforeUpdate(): Endpoint[] {
    return this.pending.map(after);
  }

  /** Says that a node updated it. */
  updatedBy(node: Endpoint): void {
    this.pending = [node];
    this.lastWrite = node;
  }

  /** Its value after the updates so far. */
  updatedValue(): Endpoint {
    const wait = this.lastWrite === undefined ? [] : [after(this.lastWrite)];
    const value = this.read(this.handle(), this.dtype, { wait });
    this.pending.push(value);
    return value;
  }

  /** Becomes a variable that lives in the graph. @returns nodes that put a value in and take it out */
  finishAsResident(): Record<'initial' | 'initialize' | 'value' | 'free', Endpoint> {
    const { graph } = this;
    const handle = this.handle();
    const initial = graph.placeholder(this.dtype, this.variable.shape);
    const initialize = this.assign(handle, initial, this.dtype);
    if (this.isRead) this.read(handle, this.dtype, { name: this.firstRead });
    if (this.cast !== undefined) {
      const source = this.isRead ? firstOutput(this.firstRead) : this.read(handle, this.dtype);
      this.castTo(BFLOAT16, source, this.cast);
    }
    const copy = this.read(handle, this.dtype);
    const value = graph.operation('Identity', [copy], { attributes: [this.type('T', this.dtype)] });
    const free = graph.operation('DestroyResourceOp', [handle, after(value)], { attributes: [] });
    return { initial, initialize, value, free };
  }

  /**
   * Becomes a value that the graph holds for many runs, and in bfloat16 another one, as far as anything reads
   * them. A run may also feed them.
   */
  finishAsHeld(): HeldEndpoints[] {
    const held: HeldEndpoints[] = [];
    if (this.isRead) held.push(this.hold(this.handle(), this.dtype, this.firstRead));
    if (this.cast !== undefined) {
      const handle = this.handleOf(BFLOAT16, `${this.name}/rounded`);
      held.push({ ...this.hold(handle, BFLOAT16, this.cast), isRounded: true });
    }
    return held;
  }

  private hold(handle: Endpoint, dtype: number, name: string): HeldEndpoints {
    const { graph } = this;
    const initial = graph.placeholder(dtype, this.variable.shape);
    const initialize = this.assign(handle, initial, dtype);
    const value = this.read(handle, dtype, { name });
    const free = graph.operation('DestroyResourceOp', [handle], { attributes: [] });
    return { initial, initialize, value, free, isRounded: false };
  }

  /** Adds the assignment of a value that the function computed. */
  assignFinally(value: Endpoint): void {
    const attributes = [this.type('dtype', this.dtype)];
    const inputs = [this.handle(), value, ...this.beforeUpdate()];
    this.updatedBy(this.graph.operation('AssignVariableOp', inputs, { attributes }));
  }

  /** The node after which all updates are done. */
  get lastUpdate(): Endpoint | undefined {
    return this.lastWrite;
  }

  private handleOf(dtype: number, name: string): Endpoint {
    const { binding } = this;
    const attributes: OpAttribute[] = [
      this.type('dtype', dtype),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: this.variable.shape },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: name },
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
    ];
    return this.graph.operation('VarHandleOp', [], { attributes });
  }

  private read(
    handle: Endpoint,
    dtype: number,
    { wait = [], name }: { wait?: Endpoint[]; name?: string } = {},
  ): Endpoint {
    const attributes = [this.type('dtype', dtype)];
    const inputs = [handle, ...wait];
    return this.graph.operation('ReadVariableOp', inputs, { attributes, ...(name && { name }) });
  }

  private assign(handle: Endpoint, value: Endpoint, dtype: number): Endpoint {
    return this.graph.operation('AssignVariableOp', [handle, value], {
      attributes: [this.type('dtype', dtype)],
    });
  }

  private castTo(dtype: number, value: Endpoint, name?: string): Endpoint {
    const attributes = [this.type('SrcT', this.dtype), this.type('DstT', dtype)];
    return this.graph.operation('Cast', [value], { attributes, ...(name && { name }) });
  }

  private type(name: string, value: number): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }
}
