import { canonicalJson } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRunDocument, runFolders } from './run-folder';
import { isPlainObject } from '../spec/paths';
import type { SweepSpec } from '../spec/sweep-schema';

/** Characters of a value in a message. */
const SHOWN = 60;

/** What was changed since the latest other sweep of the same name. */
export interface SpecChanges {
  /** The other sweep. */
  since: string;
  /** `path: old -> new`. */
  changes: string[];
}

/** Compares a spec with the latest other run of the same name; undefined when there is none. */
export async function specChanges(
  { name, config, sweep }: SweepSpec,
  { id, store }: { id: string; store: string },
): Promise<SpecChanges | undefined> {
  const others = (await runFolders(store)).filter((folder) => {
    const other = basename(folder);
    return other !== id && new RegExp(`^${name}-[0-9a-f]{8}$`).test(other);
  });
  const dated = await Promise.all(
    others.map(async (folder) => ({ folder, changedMs: (await stat(folder)).mtimeMs })),
  );
  const [latest] = dated.sort((one, other) => other.changedMs - one.changedMs);
  if (latest === undefined) return undefined;
  // What cannot be read is not compared: it keeps no new run from starting.
  const earlier = await readRunDocument<unknown>(join(latest.folder, 'spec.json')).catch(
    () => null,
  );
  if (!isPlainObject(earlier)) return undefined;
  const before = leaves({ config: earlier.config, sweep: earlier.sweep });
  const after = leaves({ config, sweep });
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return {
    since: basename(latest.folder),
    changes: paths
      .filter((path) => before.get(path) !== after.get(path))
      .map((path) => `${path}: ${shown(before.get(path))} -> ${shown(after.get(path))}`),
  };
}

/** Lists of trials are long: as much as tells which value it is. */
function shown(value = 'absent'): string {
  return value.length <= SHOWN ? value : `${value.slice(0, SHOWN - 1)}…`;
}

function leaves(value: unknown, prefix = ''): Map<string, string> {
  if (!isPlainObject(value)) return new Map([[prefix, canonicalJson(value ?? null)]]);
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [
      ...leaves(child, prefix === '' ? key : `${prefix}.${key}`),
    ]),
  );
}
