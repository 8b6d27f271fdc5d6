import type { Random } from '@omnict/core';
import type { Candidate } from './candidates';
import { groupBy } from './select-balanced';

/** A question with its options in order, all normalized. */
export interface DealtQuestion {
  candidate: Candidate;
  options: string[];
}

/**
 * Deals wrong options and places the right one so that neither text nor place tells it.
 *
 * Text: an answer that is right in g questions of its pool is dealt as a wrong option (k - 1) g
 * times, so that of k times it is seen it is right once; each question takes the answers that lack
 * most, the source's own wrong options first among equals. Place: in blocks of k questions, each
 * place is right once (permuted blocks), block after block within category and organ.
 */
export function dealOptions(
  selected: readonly Candidate[],
  choices: number,
  random: Random,
): DealtQuestion[] {
  const dealt: DealtQuestion[] = [];
  for (const pool of groupBy(selected, ({ pool: name }) => name).values()) {
    const lacking = new Map<string, number>();
    for (const { answer } of pool) {
      lacking.set(answer, (lacking.get(answer) ?? 0) + choices - 1);
    }
    for (const candidate of random.shuffle(pool)) {
      const wrong = wrongOptions(candidate, lacking, random).slice(0, choices - 1);
      for (const answer of wrong) lacking.set(answer, (lacking.get(answer) as number) - 1);
      dealt.push({ candidate, options: random.shuffle(wrong) });
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
  return dealt;
}

/** Answers other than the right one, those that lack most first. */
function wrongOptions(
  { answer, ownDistractors }: Candidate,
  lacking: ReadonlyMap<string, number>,
  random: Random,
): string[] {
  const own = new Set(ownDistractors);
  const ranked = random.shuffle([...lacking].filter(([other]) => other !== answer));
  ranked.sort(([a, lackA], [b, lackB]) => lackB - lackA || Number(own.has(b)) - Number(own.has(a)));
  return ranked.map(([other]) => other);
}

/**
 * Deals wrong options at random from the answers of the same kind: what a model that never saw the
 * benchmark learns from training data, with answers as frequent as they are. Questions of kinds with
 * too few answers are left out.
 */
export function dealRandomly(
  candidates: readonly Candidate[],
  choices: number,
  random: Random,
): DealtQuestion[] {
  return [...groupBy(candidates, ({ pool }) => pool).values()].flatMap((pool) => {
    const answers = [...new Set(pool.map(({ answer }) => answer))];
    if (answers.length < choices) return [];
    return pool.map((candidate) => {
      const wrong = random.shuffle(answers.filter((answer) => answer !== candidate.answer));
      const options = random.shuffle([candidate.answer, ...wrong.slice(0, choices - 1)]);
      return { candidate, options };
    });
  });
}
