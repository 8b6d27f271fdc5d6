import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeStoreFolder } from '../cache/store-folder';
import { appendEvent } from '../execute/event-log';
import { isPlainObject, type PlainObject } from '../spec/paths';
import type { Promotion } from './asha';
import { drawSearch, isInRange } from './ranges';
import { type Search, startupDraws } from './search-schema';

/** A decision of a search, written before it takes effect: after a kill it is not taken anew. */
type Decision =
  ({ type: 'promote' } & Promotion) | { type: 'draw'; index: number; values: PlainObject };

/** Decisions of a run's search, of all its drivers. */
export class SearchJournal {
  private readonly file: string;

  constructor(private readonly runFolder: string) {
    this.file = join(runFolder, 'search.jsonl');
  }

  /** Writes a decision down. */
  async note(decision: Decision): Promise<void> {
    await makeStoreFolder(this.runFolder);
    appendEvent(this.file, decision);
  }

  /** Draws that were sent on, in order, each once. */
  promotions(): Promotion[] {
    const seen = new Set<string>();
    return this.read().flatMap((decision) => {
      if (decision.type !== 'promote') return [];
      const { arm, rung } = decision;
      const id = `${arm} ${rung}`;
      if (!Number.isSafeInteger(arm) || !Number.isSafeInteger(rung) || seen.has(id)) return [];
      seen.add(id);
      return [{ arm, rung }];
    });
  }

  /**
   * Values of all draws that are known: random ones by seed, proposed ones as they were written down.
   * What is none of the ranges, in a file that others may write to, ends the list.
   */
  draws(search: Search): PlainObject[] {
    const draws = drawSearch({ ...search, trials: startupDraws(search) });
    for (const decision of this.read()) {
      if (decision.type !== 'draw' || decision.index !== draws.length) continue;
      if (draws.length >= search.trials || !fits(search, decision.values)) break;
      draws.push(decision.values);
    }
    return draws;
  }

  private read(): Decision[] {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line);
        return isPlainObject(value) ? [value as unknown as Decision] : [];
      } catch {
        return []; // cut by a kill
      }
    });
  }
}

function fits({ space }: Search, values: unknown): boolean {
  if (!isPlainObject(values)) return false;
  const paths = Object.keys(space);
  return (
    Object.keys(values).length === paths.length &&
    Object.entries(space).every(([path, range]) => path in values && isInRange(range, values[path]))
  );
}
