import type { Random } from '@omnict/core';
import type { FindingInstance, PlacedFinding } from './findings/finding-instance';
import { type Phantom, withFindings } from './phantom';
import { sightOf } from './observe';
import type { Fact } from './questions/fact';
import type { Scan } from './scan/scan';

/** What became of a finding since the earlier scan. */
const CHANGES = ['grown', 'shrunk', 'unchanged'] as const;

/** One of the changes. */
type Change = (typeof CHANGES)[number];

/** How much larger a grown finding is. */
const GROWTH = 1.45;

/** A finding that changed, and by how much. */
export interface FollowUp {
  /** Index in the phantom's list. */
  index: number;
  change: Change;
  /** Size at the earlier time, in the unit of the finding. */
  earlierSize: number;
  /** The patient at the earlier time. */
  earlier: Phantom;
}

/** Draws what an earlier scan of the same patient showed; null when nothing has a size in mm. */
export function sampleFollowUp(
  phantom: Phantom,
  { random, body }: { random: Random; body: Random },
): FollowUp | null {
  const measurable = phantom.placed.flatMap(({ isPresent, finding, parts }, index) => {
    const { geometry } = finding;
    const isMeasured =
      geometry.kind === 'fluid' ||
      (geometry.kind === 'focal' && parts.length > 0) ||
      (geometry.kind === 'body' && geometry.unit === 'mm');
    return isPresent && isMeasured && phantom.focus.get(finding.organ) === finding ? [index] : [];
  });
  if (measurable.length === 0) return null;
  const index = random.choice(measurable);
  const change = random.choice(CHANGES);
  const factor = { grown: 1 / GROWTH, shrunk: GROWTH, unchanged: 1 }[change];
  const { size } = phantom.placed[index] as PlacedFinding;
  const findings = phantom.findings.map((finding, i): FindingInstance =>
    i === index ? { ...finding, size: finding.size * factor } : finding,
  );
  return {
    index,
    change,
    earlierSize: size * factor,
    earlier: withFindings(phantom, findings, body),
  };
}

/** The change as a fact: the question names the earlier size. */
export function changeFacts(scan: Scan, { index, change, earlierSize }: FollowUp): Fact[] {
  const placed = scan.phantom.placed[index];
  if (placed === undefined || sightOf(scan, index) !== 'seen') return [];
  const { name, organ } = placed.finding;
  const earlier = `On the earlier scan the ${name} measured ${Math.round(earlierSize)} mm.`;
  const base = {
    organ,
    finding: name,
    skill: 'comparison',
    difficulty: 3,
    options: CHANGES,
    answer: change,
    state: (value: string) => `The ${name} ${value === 'unchanged' ? 'is' : 'has'} ${value}.`,
    claim: (value: string) => `${earlier} ${value === 'unchanged' ? 'Is it' : 'Has it'} ${value}?`,
  } as const;
  return [
    {
      ...base,
      category: 'AII',
      capability: 'change over time',
      question: `${earlier} Has it grown, shrunk or is it unchanged?`,
    },
    {
      ...base,
      category: 'CRD',
      capability: 'response over time',
      question: `${earlier} Does the disease progress, respond or stay stable?`,
      options: ['progress', 'response', 'stable disease'],
      answer: { grown: 'progress', shrunk: 'response', unchanged: 'stable disease' }[change],
      state: (value: string) => `This is ${value}.`,
      claim: (value: string) => `${earlier} Is this ${value}?`,
    },
  ];
}
