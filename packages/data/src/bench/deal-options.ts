import type { Random } from '@omnict/core';
import type { Candidate } from './candidates';
import { groupBy } from './group-by';

/** A question with its options in order, all normalized. */
export interface DealtQuestion {
  candidate: Candidate;
  options: string[];
}

/** Options of questions, and the questions for which there were too few. */
export interface Deal {
  dealt: DealtQuestion[];
  left: Candidate[];
}

/**
 * Deals wrong options and places the right one so that neither text nor place tells it.
 *
 * Curated options stay; they are filled up when they are too few. Text: an answer that is right in g
 * questions of its pool is dealt as a wrong option (k - 1) g times, so that of k times it is seen it is
 * right once; each question takes the answers that lack most, the source's own wrong options first
 * among equals, and none that is true of its image. Place: in blocks of k questions, each place is right
 * once (permuted blocks), block after block within category and organ.
 */
export function dealOptions(selected: readonly Candidate[], choices: number, random: Random): Deal {
  const dealt: DealtQuestion[] = [];
  const left: Candidate[] = [];
  for (const pool of groupBy(selected, ({ pool: name }) => name).values()) {
    const lacking = new Map<string, number>();
    for (const { answer } of pool.filter((candidate) => !isComplete(candidate, choices))) {
      add(lacking, answer, choices - 1);
    }
    for (const candidate of random.shuffle(pool)) {
      const wrong = wrongOptions(candidate, { lacking, choices, random });
      if (wrong.length < choices - 1) {
        left.push(candidate);
        add(lacking, candidate.answer, 1 - choices); // not asked, not to be dealt for it
      } else dealt.push({ candidate, options: random.shuffle(wrong) });
    }
  }
  const order = ({ candidate: { record } }: DealtQuestion): string =>
    `${record.category} ${record.organ} ${record.id}`;
  dealt.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  let places: number[] = [];
  for (const question of dealt) {
    if (places.length === 0) places = random.shuffle(Array.from({ length: choices }, (_, i) => i));
    question.options.splice(places.pop() as number, 0, question.candidate.answer);
  }
  return { dealt, left };
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Whether a question has all of its options from its curation: it takes none of other questions. */
export function isComplete({ isCurated, ownDistractors }: Candidate, choices: number): boolean {
  return isCurated && ownDistractors.length >= choices - 1;
}

/** Wrong options: curated ones, then answers of the pool, those that lack most first. */
function wrongOptions(
  candidate: Candidate,
  { lacking, choices, random }: { lacking: Map<string, number>; choices: number; random: Random },
): string[] {
  const { answer, ownDistractors, isCurated, isTrueOfImage } = candidate;
  const own = new Set(ownDistractors);
  const wrong = isCurated ? [...own].slice(0, choices - 1) : [];
  if (wrong.length < choices - 1) {
    const ranked = random.shuffle(
      [...lacking].filter(([other]) => other !== answer && !wrong.includes(other)),
    );
    ranked.sort(
      ([a, lackA], [b, lackB]) => lackB - lackA || Number(own.has(b)) - Number(own.has(a)),
    );
    for (const [other] of ranked) {
      if (wrong.length === choices - 1) break;
      if (!isTrueOfImage(other)) wrong.push(other);
    }
  }
  if (wrong.length === choices - 1) {
    for (const other of wrong) if (lacking.has(other)) add(lacking, other, -1);
  }
  return wrong;
}

/**
 * Deals wrong options at random from the answers of the same kind: what a model that never saw the
 * benchmark learns from training data, with answers as frequent as they are. Questions with too few
 * answers of their kind that are not true of their image are left out.
 */
export function dealRandomly(
  candidates: readonly Candidate[],
  choices: number,
  random: Random,
): DealtQuestion[] {
  return [...groupBy(candidates, ({ pool }) => pool).values()].flatMap((pool) => {
    const answers = [...new Set(pool.map(({ answer }) => answer))];
    return pool.flatMap((candidate) => {
      const wrong: string[] = [];
      for (const answer of random.shuffle(answers.filter((other) => other !== candidate.answer))) {
        if (wrong.length === choices - 1) break;
        if (!candidate.isTrueOfImage(answer)) wrong.push(answer);
      }
      if (wrong.length < choices - 1) return [];
      return [{ candidate, options: random.shuffle([candidate.answer, ...wrong]) }];
    });
  });
}
