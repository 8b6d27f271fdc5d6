import {
  CLINICAL_CATEGORIES,
  type ClinicalCategory,
  ORGAN_CLASSES,
  type OrganClass,
  type Random,
} from '@omnict/core';
import type { Candidate } from './candidates';
import { isComplete } from './deal-options';
import { groupBy } from './group-by';

/** How many questions of one modality, of which balance. */
export interface SelectOptions {
  size: number;
  /** Options of a question. */
  choices: number;
  /** Questions each organ gets before any organ gets more, as far as there are any. */
  organFloor: number;
  random: Random;
}

/** What was selected, and what had to go for the balance of answers. */
export interface Selection {
  selected: Candidate[];
  /** Candidates in pools with fewer different answers than options. */
  tooFewAnswers: number;
  /** Candidates whose answer was right too often in its pool. */
  tooFrequentAnswers: number;
}

/**
 * Stratified sampling with task-organ dual balance (Sec. 3.1): each question is drawn from the cell of
 * category and organ whose row and column have least so far, organs below their floor first.
 *
 * Within a pool no answer may be right in more than one of `choices` questions: then wrong options
 * can be dealt so that no option's text tells whether it is right (see `dealOptions`). What exceeds
 * this is taken out and replaced, until nothing does. Questions with curated options need no others'
 * answers and are no part of this.
 */
export function selectBalanced(
  candidates: readonly Candidate[],
  options: SelectOptions,
): Selection {
  const cells = new Map<string, Candidate[]>();
  for (const candidate of options.random.shuffle(candidates)) {
    const key = cellKey(candidate.record);
    cells.set(key, [...(cells.get(key) ?? []), candidate]);
  }
  const counts = new BalanceCounts();
  const result: Selection = { selected: [], tooFewAnswers: 0, tooFrequentAnswers: 0 };
  for (;;) {
    fill(result.selected, cells, { ...options, counts });
    const removed = trimAnswers(result.selected, options);
    if (removed.size === 0) return result;
    for (const [candidate, reason] of removed) {
      counts.add(candidate.record, -1);
      result[reason]++;
    }
    result.selected = result.selected.filter((candidate) => !removed.has(candidate));
  }
}

const cellKey = ({ category, organ }: Candidate['record']): string => `${category} ${organ}`;

class BalanceCounts {
  private readonly categories = new Map<ClinicalCategory, number>();
  private readonly organs = new Map<OrganClass, number>();

  add({ category, organ }: Candidate['record'], count: number): void {
    this.categories.set(category, (this.categories.get(category) ?? 0) + count);
    this.organs.set(organ, (this.organs.get(organ) ?? 0) + count);
  }

  /** Lower is more wanted: shares of category and organ, organs below their floor before all. */
  rank(category: ClinicalCategory, organ: OrganClass, floor: number): number {
    const [inCategory, inOrgan] = [this.categories.get(category) ?? 0, this.organs.get(organ) ?? 0];
    const share = inCategory * CLINICAL_CATEGORIES.length + inOrgan * ORGAN_CLASSES.length;
    return inOrgan < floor ? share - 1e9 : share;
  }
}

function fill(
  selected: Candidate[],
  cells: ReadonlyMap<string, Candidate[]>,
  { size, organFloor, counts }: SelectOptions & { counts: BalanceCounts },
): void {
  while (selected.length < size) {
    let best: Candidate[] | null = null;
    let least = Infinity;
    for (const cell of cells.values()) {
      const next = cell.at(-1)?.record;
      if (next === undefined) continue;
      const rank = counts.rank(next.category, next.organ, organFloor);
      if (rank < least) [best, least] = [cell, rank];
    }
    const candidate = best?.pop();
    if (candidate === undefined) return;
    selected.push(candidate);
    counts.add(candidate.record, 1);
  }
}

type Reason = 'tooFewAnswers' | 'tooFrequentAnswers';

/** What must go so that each pool has enough answers and none is right too often. */
function trimAnswers(
  selected: readonly Candidate[],
  { choices, random }: SelectOptions,
): Map<Candidate, Reason> {
  const removed = new Map<Candidate, Reason>();
  const dealing = selected.filter((candidate) => !isComplete(candidate, choices));
  for (const pool of groupBy(dealing, ({ pool: name }) => name).values()) {
    const byAnswer = groupBy(random.shuffle(pool), ({ answer }) => answer);
    for (;;) {
      const kept = [...byAnswer.values()].flat();
      if (byAnswer.size < choices || kept.length < choices) {
        for (const candidate of kept) removed.set(candidate, 'tooFewAnswers');
        break;
      }
      let excess = 0;
      for (const [answer, group] of byAnswer) {
        const surplus = group.splice(mostRight(answer, { group, kept, choices }));
        for (const candidate of surplus) removed.set(candidate, 'tooFrequentAnswers');
        excess += surplus.length;
        if (group.length === 0) byAnswer.delete(answer);
      }
      if (excess === 0) break;
    }
  }
  return removed;
}

/**
 * How often an answer may be right: once for each k questions that can show it, among which are those
 * with other answers whose images it is not true of.
 */
function mostRight(
  answer: string,
  { group, kept, choices }: { group: Candidate[]; kept: readonly Candidate[]; choices: number },
): number {
  const isRare = 2 * group.length * choices <= kept.length; // far from any bound
  if (isRare) return group.length;
  const blocked = kept.filter((other) => other.answer !== answer && other.isTrueOfImage(answer));
  return Math.floor((kept.length - blocked.length) / choices);
}
