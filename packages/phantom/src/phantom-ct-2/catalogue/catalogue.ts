import { ConfigError, type OrganClass } from '@omnict/core';
import { CHEST_FINDINGS } from './chest';
import type { Finding } from './finding';
import { LUNG_FINDINGS } from './lungs';
import { OTHER_FINDINGS } from './other';
import { UPPER_ABDOMEN_FINDINGS } from './upper-abdomen';

/** Every finding PhantomCT 2 draws, reports and asks about. A new one is a record in one of the lists. */
export const FINDINGS: readonly Finding[] = [
  ...LUNG_FINDINGS,
  ...CHEST_FINDINGS,
  ...UPPER_ABDOMEN_FINDINGS,
  ...OTHER_FINDINGS,
];

/** Findings of an organ class. */
export function findingsOf(organ: OrganClass): readonly Finding[] {
  return FINDINGS.filter((finding) => finding.organ === organ);
}

/** The entry of that name. @throws ConfigError when there is none */
export function findingNamed(name: string): Finding {
  const finding = FINDINGS.find((entry) => entry.name === name);
  if (finding !== undefined) return finding;
  throw new ConfigError(`phantom: no finding '${name}' in the catalogue; see findings.csv`);
}
