import { isPlainObject, type StageTask } from '@omnict/pipeline';
import { redactJson } from '@omnict/tracking';
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
        ],
      },
      {
        title: 'Environment of the last start',
        rows:
          environment === null
            ? [['machine', unknown]]
            : [
                ['commit', environment.commit ?? 'not in a git repository'],
                ['Node.js', environment.node],
                ['platform', environment.platform],
                ['processor', `${environment.processor}, ${environment.cores} cores`],
                ['memory', `${environment.memoryGiB} GiB`],
                ['engine', enginesOf(record.tasks)],
              ],
      },
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

/** Names and digests of the data sets. */
async function dataRows({ tasks, cache }: RunRecord): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for (const { stage, key, section, keyParts } of tasks) {
    if (stage !== 'dataset') continue;
    const { dataset = 'data set' } = section as { dataset?: string };
    rows.push(['name', lastPart(dataset)], ['key of its contents', key]);
    for (const [name, digest] of Object.entries(keyParts)) {
      if (name.startsWith('file ')) rows.push([name, `SHA-256 begins ${digest}`]);
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
