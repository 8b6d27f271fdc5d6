import type * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, UnsupportedError } from '@omnict/core';
import type { TensorMetadata } from '../engine/tensorflow-backend';
import type { GraphDescription } from './finish-recording';
import { type Endpoint, SERVE_TAG } from './graph-def';
import { HeldValues } from './held-values';
import type { Instrumentation, VariableOwner } from './instrumented-binding';

/** Marks data that has no tensor outside of a graph; tfjs-node frees nothing for it. */
const NO_TENSOR = -1;

/**
 * A function as one TensorFlow graph.
 *
 * Variables that it assigns live in the graph: a run moves no weights and updates them in place. Their
 * values go back to the variables as soon as anything else looks at them, and come in again before
 * the next run; both ways share memory instead of copying. Variables that it only reads are held as well, so
 * that a run supplies inputs alone, but for those that something else changes: see {@link HeldValues}.
 */
export class RecordedGraph implements VariableOwner {
  private readonly modelId: number;
  private readonly fetchNames: string;
  private ownsVariables = false;
  private readonly held: HeldValues;

  constructor(
    private readonly name: string,
    private readonly instrumentation: Instrumentation,
    private readonly graph: GraphDescription,
  ) {
    const { outputs, updated } = graph;
    const fetches = outputs.map(({ endpoint }) => endpoint);
    this.fetchNames = joined(updated === undefined ? fetches : [...fetches, updated]);
    this.modelId = load(name, instrumentation, graph.savedModel);
    this.held = new HeldValues(graph.readOnly, instrumentation, {
      idOf: (variable) => this.idOf(this.live(variable)),
      execute: (ids, feeds, fetches) => this.execute(ids, feeds, fetches),
    });
  }

  /** Runs it once. The caller owns the outputs. */
  run(inputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
    this.acquire();
    const { feeds, outputs } = this.graph;
    const fed = [
      ...this.held.refresh(),
      ...feeds.map(({ source, endpoint }) => ({
        endpoint,
        id: this.idOf(inputs[source] as tf.Tensor),
      })),
    ];
    const results = this.execute(
      fed.map(({ id }) => id),
      joined(fed.map(({ endpoint }) => endpoint)),
      this.fetchNames,
    );
    for (const { id } of results.slice(outputs.length)) this.delete(id);
    return Object.fromEntries(
      outputs.map(({ name }, index) => [
        name,
        this.instrumentation.backend.createOutputTensor(results[index] as TensorMetadata),
      ]),
    );
  }

  /** Gives the values of its variables back to them. */
  release(): void {
    if (!this.ownsVariables) return;
    this.ownsVariables = false;
    const { residents, freed } = this.graph;
    const { owners, backend } = this.instrumentation;
    for (const { variable } of residents) owners.delete(variable.dataId);
    const names = joined([...residents.map(({ value }) => value), freed]);
    const results = this.execute([], '', names);
    residents.forEach(({ variable }, index) => {
      backend.tensorMap.get(variable.dataId).id = (results[index] as TensorMetadata).id;
    });
    this.delete((results.at(-1) as TensorMetadata).id);
  }

  /** Frees the graph; its variables live on. */
  dispose(): void {
    this.release();
    this.held.dispose();
    this.instrumentation.native.deleteSavedModel(this.modelId);
  }

  /** Takes the values of its variables in. */
  private acquire(): void {
    const { residents, imported } = this.graph;
    if (this.ownsVariables || residents.length === 0) return;
    const { backend, owners } = this.instrumentation;
    this.held.change(residents.map(({ variable }) => variable));
    const values = residents.map(({ variable }) => this.idOf(this.live(variable)));
    const [done] = this.execute(values, joined(residents.map(({ initial }) => initial)), imported);
    this.delete((done as TensorMetadata).id);
    for (const { variable, dtype } of residents) {
      const { shape } = variable;
      const empty = backend.createOutputTensor({ id: NO_TENSOR, shape, dtype });
      variable.assign(empty); // frees the tensor: the graph's is the only one now
      empty.dispose();
    }
    for (const { variable } of residents) owners.set(variable.dataId, this);
    this.ownsVariables = true;
  }

  /** A tensor's number; may make another graph release a variable. */
  private idOf(tensor: tf.Tensor): number {
    return this.instrumentation.backend.getInputTensorIds([tensor])[0] as number;
  }

  private live(variable: tf.Variable): tf.Variable {
    if (!variable.isDisposed) return variable;
    throw new ConfigError(
      `compile: '${this.name}' uses the variable '${variable.name}', which was disposed; dispose the compiled function before the variables it uses`,
    );
  }

  private execute(ids: number[], feeds: string, fetches: string): TensorMetadata[] {
    const { backend } = this.instrumentation;
    try {
      return backend.binding.runSavedModel(this.modelId, ids, feeds, fetches);
    } catch (error) {
      throw new UnsupportedError(
        `compile: TensorFlow could not run '${this.name}' (${messageOf(error)}); check that indices and labels lie within their range; OMNICT_COMPILE=off shows which operation it is`,
        { cause: error },
      );
    }
  }

  private delete(id: number): void {
    this.instrumentation.backend.binding.deleteTensor(id);
  }
}

/** Hands the graph to TensorFlow; the binding loads only from a folder. */
function load(name: string, { native }: Instrumentation, savedModel: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel);
    return native.loadSavedModel(folder, SERVE_TAG);
  } catch (error) {
    throw new UnsupportedError(
      `compile: TensorFlow refuses the graph of '${name}' (${messageOf(error)}); set OMNICT_COMPILE=off to run without recording`,
      { cause: error },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names as the binding takes them. */
function joined(endpoints: readonly Endpoint[]): string {
  return endpoints.join(',');
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
