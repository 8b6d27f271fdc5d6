import type * as tf from '@tensorflow/tfjs-core';
import { BOOL } from '../engine/types';
import { after, type Endpoint } from './graph-def';
import type { Recorder } from './recorder';

/** A variable that lives in the graph, and the nodes that put its value in and take it out. */
interface ResidentVariable {
  variable: tf.Variable;
  dtype: number;
  initial: Endpoint;
  value: Endpoint;
}

/** A variable that is only read, and the nodes of its value or of its copy in bfloat16. */
export interface HeldVariable {
  variable: tf.Variable;
  isRounded: boolean;
  initial: Endpoint;
  value: Endpoint;
  /** Fetching it puts the value in. */
  held: Endpoint;
  /** Fetching it frees what the value takes. */
  freed: Endpoint;
}

/** What each run supplies, by its name. */
interface Feed {
  endpoint: Endpoint;
  source: string;
}

/** Everything that is needed to run a recorded function. */
export interface GraphDescription {
  savedModel: Buffer;
  feeds: readonly Feed[];
  outputs: readonly { name: string; endpoint: Endpoint }[];
  /** Fetched after each run's updates, when there are any. */
  updated: Endpoint | undefined;
  residents: readonly ResidentVariable[];
  /** What is held for many runs, or fed. */
  readOnly: { values: readonly HeldVariable[]; allHeld: Endpoint };
  /** Fetching it puts the residents' values in. */
  imported: Endpoint;
  /** Fetching it after the values frees what they took. */
  freed: Endpoint;
}

/**
 * Ends a recording: decides which variables live in the graph and fills in what had to wait for that.
 *
 * @param outputs what the function returned @param assigned variables that it gave new values
 */
export function finishRecording(
  recorder: Recorder,
  outputs: Readonly<Record<string, tf.Tensor>>,
  assigned: readonly tf.Variable[],
): GraphDescription {
  const fetched = Object.entries(outputs).map(([name, tensor]) => ({
    name,
    endpoint: recorder.copyOf(tensor),
  }));
  for (const variable of assigned) recorder.finishAssignment(variable);
  const variables = [...recorder.variables.values()];
  const updated = variables.flatMap(({ lastUpdate }) => lastUpdate ?? []);
  const residents: ResidentVariable[] = [];
  const initialized: Endpoint[] = [];
  const freed: Endpoint[] = [];
  const readOnly: HeldVariable[] = [];
  const putIn: Endpoint[] = [];
  for (const recorded of variables) {
    const { variable, dtype } = recorded;
    if (recorded.isUpdated) {
      const { initial, initialize, value, free } = recorded.finishAsResident();
      residents.push({ variable, dtype, initial, value });
      initialized.push(initialize);
      freed.push(free);
      continue;
    }
    for (const { initialize, free, ...nodes } of recorded.finishAsHeld()) {
      const [held, gone] = [signal(recorder, [initialize]), signal(recorder, [free])];
      readOnly.push({ ...nodes, variable, held, freed: gone });
      putIn.push(initialize);
    }
  }
  return {
    feeds: [...recorder.usedInputs].map(([source, endpoint]) => ({ source, endpoint })),
    readOnly: { values: readOnly, allHeld: signal(recorder, putIn) },
    outputs: fetched,
    updated: updated.length === 0 ? undefined : signal(recorder, updated),
    residents,
    imported: signal(recorder, initialized),
    freed: signal(recorder, freed),
    savedModel: recorder.graph.toSavedModel(),
  };
}

/** A value that is there once all of the nodes are done. */
function signal(recorder: Recorder, nodes: readonly Endpoint[]): Endpoint {
  const value = recorder.graph.constant(BOOL, [], Uint8Array.of(1));
  return recorder.emit('Identity', [value, ...nodes.map(after)], [recorder.type('T', BOOL)]);
}
