import { isPlainObject, type Manifest, type StageTask } from '@omnict/pipeline';
import { redactJson, redactText } from '@omnict/tracking';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, posix, win32 } from 'node:path';
import type { RunRecord } from './read-run';

/** Names and what they are, under a heading. */
export interface OriginFacts {
  title: string;
  rows: [name: string, value: string][];
}

/** How a run was made, fit to be shared: no secrets, and of paths only the last part. */
export interface RunOrigin {
  facts: OriginFacts[];
  spec: unknown;
}

/** Tells how a run was made: times, machine, commit, seeds, digests of its data, spec. */
export async function runOrigin(record: RunRecord): Promise<RunOrigin> {
  const { id, spec, trials, started, ended, environment } = record;
  const seeds = [...new Set(trials.map(({ seed }) => seed))];
  const unknown = 'not recorded';
  return {
    facts: [
      {
        title: 'Run',
        rows: [
          ['id', id],
          ['started', started ?? unknown],
          ['last event', ended ?? unknown],
          ['trials', String(trials.length)],
          ['seeds', seeds.join(', ')],
          ...precisionRows(record.tasks),
        ],
      },
      {
        title: 'Environment of the last start',
        rows:
          environment === null
            ? [['machine', unknown]]
            : [
                ['commit', environment.commit ?? 'not in a git repository'],
                ...optional('changes since', environment.changes),
                ...optional('program', environment.program),
                ...optional('system', environment.system),
                ...optional('graphics', environment.graphics),
                ['Node.js', environment.node],
                ['platform', environment.platform],
                ['processor', `${environment.processor}, ${environment.cores} cores`],
                ['memory', `${environment.memoryGiB} GiB`],
                ['engine', enginesOf(record.tasks)],
              ],
      },
      { title: 'Stages: wall time, processor time, peak memory', rows: await stageRows(record) },
      { title: 'Made on', rows: await machineRows(record) },
      { title: 'Data', rows: await dataRows(record) },
    ],
    spec: sharableSpec(spec),
  };
}

/** A spec as it may be shared: secrets blanked, and of paths only the last part. */
export function sharableSpec(spec: unknown): unknown {
  return sharable(redactJson(spec));
}

function enginesOf(tasks: readonly StageTask[]): string {
  const names = new Set(tasks.flatMap(({ engine }) => engine ?? []));
  return names.size === 0 ? 'the first that works' : [...names].join(', ');
}

/** Numbers that features and answers were computed in, as far as stages say; several where trials differ. */
function precisionRows(tasks: readonly StageTask[]): [string, string][] {
  const rows: [stage: string, name: string][] = [
    ['encode', 'precision of features'],
    ['predict', 'precision of answers'],
  ];
  return rows.flatMap(([stage, name]): [string, string][] => {
    const found = new Set(
      tasks.flatMap(({ stage: own, section }) => {
        const { precision } = (isPlainObject(section) ? section : {}) as { precision?: unknown };
        return own === stage && typeof precision === 'string' ? [precision] : [];
      }),
    );
    return found.size === 0 ? [] : [[name, [...found].join(', ')]];
  });
}

function optional(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

/** What the tasks of each stage took together, also where the cache had them, and the largest process. */
async function stageRows({ tasks, cache }: RunRecord): Promise<[string, string][]> {
  const byStage = new Map<string, Manifest[]>();
  for (const { stage, key } of tasks) {
    const made = (await cache.lookUp(key))?.manifest;
    if (made !== undefined) byStage.set(stage, [...(byStage.get(stage) ?? []), made]);
  }
  return [...byStage].map(([stage, made]) => {
    const processor = made.map(({ processorSeconds }) => processorSeconds);
    const memory = Math.max(...made.map(({ memoryBytes = 0 }) => memoryBytes));
    const parts = [
      `${total(made.map(({ seconds }) => seconds))} s`,
      processor.includes(undefined)
        ? 'processor time not recorded'
        : `${total(processor.map((seconds = 0) => seconds))} s of processors`,
      `${Math.round(memory / 2 ** 20)} MiB`,
    ];
    return [`${stage} (${made.length})`, parts.join(', ')];
  });
}

function total(seconds: readonly number[]): string {
  return seconds.reduce((sum, value) => sum + value, 0).toFixed(1);
}

/** On what the stages' results were made: each value once, with the stages where they differ. */
async function machineRows({ tasks, cache }: RunRecord): Promise<[string, string][]> {
  const facts = new Map<string, Map<string, Set<string>>>();
  for (const { stage, key } of tasks) {
    for (const [name, value] of Object.entries((await cache.lookUp(key))?.manifest.machine ?? {})) {
      const values = facts.get(name) ?? new Map<string, Set<string>>();
      facts.set(name, values.set(value, (values.get(value) ?? new Set()).add(stage)));
    }
  }
  return [...facts].flatMap(([name, values]) =>
    [...values].map(([value, stages]): [string, string] => [
      values.size === 1 ? name : `${name} of ${[...stages].join(', ')}`,
      lastPart(value),
    ]),
  );
}

/** Names and digests of the data sets. */
async function dataRows({ tasks, cache }: RunRecord): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const { stage, key, section, keyParts } of tasks) {
    if (stage !== 'dataset') continue;
    const { dataset = 'data set' } = section as { dataset?: string };
    rows.push(['name', redactText(lastPart(dataset))], ['key of its contents', key]);
    for (const [name, digest] of Object.entries(keyParts)) {
      if (name.startsWith('file ')) rows.push([redactText(name), `SHA-256 begins ${digest}`]);
    }
    for (const [name, sha256] of await madeFiles(dirname(cache.outputsOf(key)))) {
      rows.push([name, `SHA-256 ${sha256}`]);
    }
  }
  return rows;
}

/** Record files that the dataset stage wrote; images are too many to list, and their names may tell too much. */
async function madeFiles(entry: string): Promise<[string, string][]> {
  const text = await readFile(join(entry, 'manifest.json'), 'utf8').catch(() => '{}');
  const { files = {} } = JSON.parse(text) as { files?: Record<string, { sha256: string }> };
  return Object.entries(files).flatMap(([name, { sha256 }]) =>
    name.endsWith('.jsonl') ? [[name, sha256] as [string, string]] : [],
  );
}

/** Paths of a machine say who works on it, and perhaps about whom. */
function sharable(value: unknown): unknown {
  if (typeof value === 'string') return lastPart(value);
  if (Array.isArray(value)) return value.map(sharable);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sharable(inner)]));
}

function lastPart(text: string): string {
  const isPath = posix.isAbsolute(text) || win32.isAbsolute(text);
  return isPath ? `…/${basename(text.replaceAll('\\', '/'))}` : text;
}
