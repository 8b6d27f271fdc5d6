import { ConfigError, type QuestionRecord, Random, type Split, SPLITS } from '@omnict/core';
import { Groups } from './groups';

/** How records are to be divided. */
export interface SplitOptions {
  /** Share of each split; they add up to 1. */
  shares: Readonly<Record<Split, number>>;
  seed: number;
}

/** What a division did. */
export interface SplitReport {
  records: Record<Split, number>;
  /** Groups: records joined by patient, scan or image. */
  groups: Record<Split, number>;
  /** Patients, scans or images found in two splits: 0, checked on the result. */
  leaks: number;
}

/** A division: which split each record is in, by its place. */
export interface RecordSplit {
  splits: Split[];
  report: SplitReport;
}

/** What of a record must not be shared by two splits. */
type Identity = Pick<QuestionRecord, 'image' | 'patient' | 'scan'>;

/**
 * Divides records so that no patient, scan or image is in two splits: records that share one of them,
 * directly or through others, stay together. Large groups are placed first, each where most is
 * missing, so that shares hold as well as the groups allow.
 *
 * @throws ConfigError when shares are negative or do not add up to 1
 */
export function splitRecords(
  records: readonly Identity[],
  { shares, seed }: SplitOptions,
): RecordSplit {
  const total = SPLITS.reduce((sum, split) => sum + shares[split], 0);
  if (SPLITS.some((split) => !(shares[split] >= 0)) || Math.abs(total - 1) > 1e-6) {
    throw new ConfigError(
      `splitRecords: shares ${SPLITS.map((split) => shares[split]).join(', ')}; expected three of 0 or more that add up to 1; correct them`,
    );
  }
  const groups = groupsOf(records);
  const random = new Random(seed);
  const shuffled = random.shuffle(groups).sort((a, b) => b.length - a.length);
  const splits = new Array<Split>(records.length);
  const report: SplitReport = {
    records: { train: 0, validation: 0, test: 0 },
    groups: { train: 0, validation: 0, test: 0 },
    leaks: 0,
  };
  for (const group of shuffled) {
    const missing = (split: Split): number =>
      shares[split] * records.length - report.records[split];
    const chosen = SPLITS.filter((split) => shares[split] > 0).reduce((best, split) =>
      missing(split) > missing(best) ? split : best,
    );
    for (const index of group) splits[index] = chosen;
    report.records[chosen] += group.length;
    report.groups[chosen]++;
  }
  report.leaks = countLeaks(records, splits);
  return { splits, report };
}

/** Keys of a record that tie it to others; the prefix keeps kinds apart. */
function keysOf({ image, patient, scan }: Identity): string[] {
  return [
    `image ${image}`,
    ...(patient === undefined ? [] : [`patient ${patient}`]),
    ...(scan === undefined ? [] : [`scan ${scan}`]),
  ];
}

function groupsOf(records: readonly Identity[]): number[][] {
  const groups = new Groups(records.length);
  const firstOfKey = new Map<string, number>();
  records.forEach((record, index) => {
    for (const key of keysOf(record)) {
      const first = firstOfKey.get(key);
      if (first === undefined) firstOfKey.set(key, index);
      else groups.join(first, index);
    }
  });
  return groups.members();
}

/** Counts keys that are in more than one split. */
function countLeaks(records: readonly Identity[], splits: readonly Split[]): number {
  const homes = new Map<string, Split>();
  const leaks = new Set<string>();
  records.forEach((record, index) => {
    for (const key of keysOf(record)) {
      const home = homes.get(key);
      if (home === undefined) homes.set(key, splits[index] as Split);
      else if (home !== splits[index]) leaks.add(key);
    }
  });
  return leaks.size;
}
