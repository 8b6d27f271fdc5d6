import type * as tf from '@tensorflow/tfjs-core';
import type { TensorMetadata } from '../engine/tensorflow-backend';
import type { HeldVariable } from './finish-recording';
import type { Endpoint } from './graph-def';
import type { Instrumentation } from './instrumented-binding';

/** Which values graphs hold, in all graphs of a backend. */
export interface Holders {
  /** By variable. */
  readonly of: Map<tf.Variable, Set<HeldValues>>;
  /** Variables that a graph updates, or that eager code assigned after a graph held them. */
  readonly changing: WeakSet<tf.Variable>;
}

/** What the values of one graph need of it. */
interface GraphDoors {
  idOf(variable: tf.Variable): number;
  execute(ids: number[], feeds: string, fetches: string): TensorMetadata[];
}

/**
 * Values of variables that a graph only reads. They are put into the graph once, where they share memory with
 * the variable on a processor and stay on a graphics card, instead of being supplied at every run.
 *
 * A variable that changes is fed instead. Were it held, an update in place would find its memory in use and
 * copy it.
 */
export class HeldValues {
  private readonly values: readonly HeldVariable[];
  /** Fetching it puts all values in. */
  private readonly allHeld: Endpoint;
  /** Number of the tensor that each value was taken from. */
  private readonly ids = new Map<HeldVariable, number>();
  /** Rounded copies in use: the data they were made from, and their numbers. */
  private readonly rounded = new Map<tf.Variable, { data: tf.DataId; id: number }>();

  constructor(
    { values, allHeld }: { values: readonly HeldVariable[]; allHeld: Endpoint },
    private readonly instrumentation: Instrumentation,
    private readonly graph: GraphDoors,
  ) {
    this.values = values;
    this.allHeld = allHeld;
  }

  /** Puts in what is not there yet. @returns what the next run must supply */
  refresh(): { endpoint: Endpoint; id: number }[] {
    const { changing } = this.instrumentation.holders;
    const fed: { endpoint: Endpoint; id: number }[] = [];
    const missing: { value: HeldVariable; id: number }[] = [];
    for (const value of this.values) {
      const { variable, isRounded } = value;
      const id = isRounded ? this.roundedIdOf(variable) : this.graph.idOf(variable);
      const known = this.ids.get(value);
      if (known === id) continue;
      if (known !== undefined) changing.add(variable);
      if (changing.has(variable)) fed.push({ endpoint: value.value, id });
      else missing.push({ value, id });
    }
    this.freeChanging();
    if (missing.length > 0) this.put(missing);
    return fed;
  }

  /** Says that variables are about to be updated in place: no graph may hold them from now on. */
  change(variables: readonly tf.Variable[]): void {
    const { changing, of } = this.instrumentation.holders;
    const holders = new Set<HeldValues>();
    for (const variable of variables) {
      changing.add(variable);
      for (const holder of of.get(variable) ?? []) holders.add(holder);
    }
    for (const holder of holders) holder.freeChanging();
  }

  /** Ends it with its graph, which frees what it held. */
  dispose(): void {
    this.forgetHolding([...this.ids.keys()]);
    for (const { data } of this.rounded.values()) this.instrumentation.roundedCopies.release(data);
    this.rounded.clear();
  }

  private freeChanging(): void {
    const { changing } = this.instrumentation.holders;
    const stale = [...this.ids.keys()].filter(({ variable }) => changing.has(variable));
    if (stale.length === 0) return;
    this.forget(this.graph.execute([], '', stale.map(({ freed }) => freed).join(',')));
    this.forgetHolding(stale);
  }

  private put(missing: readonly { value: HeldVariable; id: number }[]): void {
    const done = this.graph.execute(
      missing.map(({ id }) => id),
      missing.map(({ value }) => value.initial).join(','),
      missing.length === this.values.length
        ? this.allHeld // one signal for all: most often it is all of them
        : missing.map(({ value }) => value.held).join(','),
    );
    this.forget(done);
    const { of } = this.instrumentation.holders;
    for (const { value, id } of missing) {
      this.ids.set(value, id);
      of.set(value.variable, (of.get(value.variable) ?? new Set()).add(this));
    }
  }

  private forgetHolding(values: readonly HeldVariable[]): void {
    const { of } = this.instrumentation.holders;
    for (const value of values) {
      this.ids.delete(value);
      const holders = of.get(value.variable);
      holders?.delete(this);
      if (holders?.size === 0) of.delete(value.variable);
    }
  }

  /** A variable's copy in bfloat16, made anew when it was assigned since. */
  private roundedIdOf(variable: tf.Variable): number {
    const { roundedCopies } = this.instrumentation;
    const source = this.graph.idOf(variable);
    const { dataId: data } = variable;
    const known = this.rounded.get(variable);
    if (known?.data === data) return known.id;
    if (known !== undefined) roundedCopies.release(known.data);
    const id = roundedCopies.acquire(data, source);
    this.rounded.set(variable, { data, id });
    return id;
  }

  private forget(signals: readonly TensorMetadata[]): void {
    for (const { id } of signals) this.instrumentation.backend.binding.deleteTensor(id);
  }
}
