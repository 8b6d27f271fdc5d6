import { canonicalJson } from '@omnict/core';
import type { GroupReport, ScoredSet } from '@omnict/eval';
import type { StageTask } from '@omnict/pipeline';
import { redactText } from '@omnict/tracking';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunRecord, taskOfTrial } from '../run-record/read-run';
import { runOrigin, sharableSpec } from '../run-record/run-origin';
import { RESULT_FILE } from '../stages/score';
import { writeArchive } from './archive';
import {
  type Bundle,
  BUNDLE_FILE,
  type BundleTask,
  type BundleTrial,
  SPEC_FILE,
} from './bundle-format';
import { describeInput, outsidePaths, type OutsidePaths, withInputNames } from './outside-inputs';

/** Texts that a bundle has beside what this module puts there, by name. */
type BundleDocuments = Readonly<Record<string, string>>;

/** What was written. */
export interface WrittenBundle {
  path: string;
  files: number;
  /** Inputs that `omnict reproduce` will ask for. */
  inputs: string[];
  /** What was blanked in the spec, so that the bundle cannot be run as it is. */
  remarks: string[];
}

/**
 * Writes all that a stranger needs to repeat a finished run and to compare: resolved spec, figures,
 * manifests with the digest of each output, curves, facts. Data and weights are not in it, but the
 * digests of those that did not come with the program. Names of files, secrets and identifiers are
 * taken out.
 *
 * @param documents further texts, whose makers answer for what they tell
 * @throws MissingDataError when the data or weights of the run are gone
 */
export async function writeBundle(
  path: string,
  record: RunRecord,
  documents: BundleDocuments = {},
): Promise<WrittenBundle> {
  const paths = outsidePaths(record.spec);
  const shared = (value: unknown): unknown => sharableSpec(withInputNames(value, paths));
  const { schema, name, config, sweep, policy, report } = record.spec;
  const named = withInputNames({ schema, name, config, sweep, policy, report }, paths);
  const spec = sharableSpec(named);
  const bundle = shared(await describeRun(record, paths)) as Bundle;
  const origin = await runOrigin(record);
  const files = new Map<string, Uint8Array>();
  const add = (file: string, text: string): void => {
    files.set(file, Buffer.from(text));
  };
  add(BUNDLE_FILE, jsonText(bundle));
  add(SPEC_FILE, jsonText(spec));
  add('facts.json', jsonText(shared(origin.facts)));
  for (const [file, text] of Object.entries(documents)) add(file, text);
  for (const { key, stage } of bundle.tasks) {
    const { metrics } = record.cache.records(key);
    if (!existsSync(metrics)) continue;
    add(`curves/${stage}-${key.slice(0, 16)}.jsonl`, await readFile(metrics, 'utf8'));
  }
  await writeArchive(path, files);
  return {
    path,
    files: files.size,
    inputs: bundle.inputs.map((input) => input.name),
    remarks: blanked(named, spec, []),
  };
}

async function describeRun(record: RunRecord, paths: OutsidePaths): Promise<Bundle> {
  const { id, tasks, trials, environment, cache } = record;
  const whole = tasks.filter(({ shard }) => shard === undefined);
  const made: BundleTask[] = [];
  for (const task of whole) {
    const manifest = (await cache.lookUp(task.key))?.manifest;
    if (manifest === undefined) continue;
    const { key, stage, seconds, processorSeconds, memoryBytes, machine = {}, files } = manifest;
    made.push({
      key,
      stage,
      keyParts: digestNames(task.keyParts),
      seconds,
      machine,
      files: Object.fromEntries(Object.entries(files).map(([file, { sha256 }]) => [file, sha256])),
      ...(processorSeconds !== undefined && { processorSeconds }),
      ...(memoryBytes !== undefined && { memoryBytes }),
    });
  }
  const inputs = [];
  for (const [path, name] of paths) inputs.push(await describeInput(name, path));
  const described: BundleTrial[] = [];
  for (const { trial, row, axes, seed, failure } of trials) {
    described.push({
      row,
      axes,
      seed,
      ...(failure !== undefined && { failure: redactText(failure) }),
      tasks: tasksOf(whole, trial),
      figures: await trialFigures(record, trial),
    });
  }
  return {
    schema: 'omnict/bundle@1',
    id,
    trials: described,
    tasks: made,
    inputs,
    components: componentDigests(whole),
    environment: environment === null ? null : { ...environment },
  };
}

/** Figures of a trial by metric, and by metric and modality; none where it has no score. */
export async function trialFigures(
  { tasks, cache }: Pick<RunRecord, 'tasks' | 'cache'>,
  trial: string,
): Promise<BundleTrial['figures']> {
  const task = taskOfTrial(tasks, 'score', trial);
  const found = task === undefined ? null : await cache.lookUp(task.key);
  if (found === null) return {};
  const text = await readFile(join(found.outputs, RESULT_FILE), 'utf8');
  const { model } = JSON.parse(text) as { model: ScoredSet };
  const figures: BundleTrial['figures'] = {};
  const add = ({ metrics }: GroupReport, suffix: string): void => {
    for (const [name, entry] of Object.entries(metrics)) {
      if (entry === null) continue;
      const { value, interval } = entry;
      figures[name + suffix] = {
        value,
        ...(interval !== undefined && { low: interval.low, high: interval.high }),
      };
    }
  };
  add(model.figures, '');
  for (const [modality, report] of Object.entries(model.figures.groups['modality'] ?? {}))
    add(report, `.${modality}`);
  return figures;
}

/** Keys of a trial's tasks, by stage. */
export function tasksOf(tasks: readonly StageTask[], trial: string): Record<string, string> {
  return Object.fromEntries(
    tasks
      .filter((task) => task.shard === undefined && task.trials.includes(trial))
      .map(({ stage, key }) => [stage, key]),
  );
}

/** Names parts of keys without those of data files, which may be those of patients: a stage has one. */
export function digestNames(parts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, hash]) => {
      const isShown = redactText(name) === name;
      return [isShown ? name : 'file of data', hash] as const;
    }),
  );
}

function componentDigests(tasks: readonly StageTask[]): string[] {
  const parts = tasks.flatMap(({ keyParts }) => Object.entries(keyParts));
  return [
    ...new Set(parts.flatMap(([name, hash]) => (name.startsWith('component of ') ? hash : []))),
  ];
}

/** Config paths of values that were taken out: whoever runs the bundle must give them. */
function blanked(before: unknown, after: unknown, keys: readonly string[]): string[] {
  if (typeof before !== 'object' || before === null) {
    return canonicalJson(before ?? null) === canonicalJson(after ?? null)
      ? []
      : [`${keys.join('.')}: taken out, for it is a secret, an identifier or a path`];
  }
  const inner = (after ?? {}) as Record<string, unknown>;
  return Object.entries(before).flatMap(([key, value]) =>
    blanked(value, inner[key], [...keys, key]),
  );
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
