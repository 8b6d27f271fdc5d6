import type { QuestionRecord, Split } from '@omnict/core';

type Owner = Pick<QuestionRecord, 'id' | 'split' | 'source'>;

/** Between which parts of which data sets something is shared. */
export interface OverlapPair {
  /** `SOURCE SPLIT`, the part to be evaluated first. */
  held: string;
  other: string;
  /** Shared keys: images, scans, patients or pairs of texts. */
  keys: number;
}

/** What splits share of one kind. */
export interface Overlap {
  /** Keys found in more than one split. */
  keys: number;
  /** Records outside the most held-out split of such a key. */
  records: number;
  pairs: OverlapPair[];
  /** Ids of records that share a key, at most 20 pairs. */
  examples: { held: string; other: string }[];
}

const MAX_EXAMPLES = 20;
/** Most held out last. */
const ORDER: readonly Split[] = ['train', 'validation', 'test'];

/** Collects which records have a key, and tells the keys that more than one split has. */
export class OverlapTable {
  private readonly owners = new Map<string, Owner[]>();

  /** Notes that a record has a key. */
  add(key: string, { id, split, source }: Owner): void {
    const owner = { id, split, source };
    const list = this.owners.get(key);
    if (list === undefined) this.owners.set(key, [owner]);
    else list.push(owner);
  }

  /** Keys of more than one split. @param affected gets ids of records outside the held-out split */
  overlap(affected: Set<string>): Overlap {
    const pairs = new Map<string, OverlapPair>();
    const records = new Set<string>();
    const result: Overlap = { keys: 0, records: 0, pairs: [], examples: [] };
    for (const owners of this.owners.values()) {
      const rank = Math.max(...owners.map(({ split }) => ORDER.indexOf(split)));
      const [held, others] = [ORDER[rank], owners.filter(({ split }) => split !== ORDER[rank])];
      const example = owners.find(({ split }) => split === held);
      if (others.length === 0 || example === undefined) continue;
      result.keys++;
      for (const { id } of others) records.add(id);
      const seen = new Set<string>();
      for (const other of others) {
        const [a, b] = [example, other].map(({ source, split }) => `${source} ${split}`);
        if (a === undefined || b === undefined || seen.has(b)) continue;
        seen.add(b);
        const pair = pairs.get(`${a} ${b}`) ?? { held: a, other: b, keys: 0 };
        pair.keys++;
        pairs.set(`${a} ${b}`, pair);
        if (result.examples.length < MAX_EXAMPLES) {
          result.examples.push({ held: example.id, other: other.id });
        }
      }
    }
    for (const id of records) affected.add(id);
    return {
      ...result,
      records: records.size,
      pairs: [...pairs.values()].sort((a, b) => b.keys - a.keys),
    };
  }
}
