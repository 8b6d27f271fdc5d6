import type { Exchange } from '@omnict/llm';

/** Characters of a question that always stay: some 64 tokens. */
const LEAST_QUESTION = 256;

/** Characters of an answer that always stay. */
const LEAST_ANSWER = 16;

/** Characters that a token stands for at least: cutting so many for each ends soon and cuts little. */
const CHARACTERS_PER_TOKEN = 2;

/**
 * Leaves out text of a dialogue that is too long: its oldest turns first, then the beginning of the
 * question, then the end of the answer's words. Image tokens and the token that ends the answer are no
 * text and stay. Called again where it was not enough.
 *
 * ASSUMPTION: the paper has a longest sequence (Table 5), but does not say what is left out. A question's
 * last words, with its choices, tell most of what is asked.
 *
 * @returns undefined when no more can be left out
 */
export function shortened(
  dialogue: readonly Exchange[],
  { length, maxTokens }: { length: number; maxTokens: number },
): readonly Exchange[] | undefined {
  if (dialogue.length > 1) return dialogue.slice(1);
  const [{ question, answer }] = dialogue as [Exchange];
  const surplus = CHARACTERS_PER_TOKEN * (length - maxTokens);
  const fromQuestion = Math.min(surplus, question.length - LEAST_QUESTION);
  if (fromQuestion > 0) {
    return [{ question: fromWord(question.slice(fromQuestion)), answer }];
  }
  const fromAnswer = Math.min(surplus, (answer?.length ?? 0) - LEAST_ANSWER);
  if (answer === undefined || fromAnswer <= 0) return undefined;
  return [{ question, answer: toWord(answer.slice(0, -fromAnswer)) }];
}

/** Drops a word's rest at the beginning, when there is a word after it. */
function fromWord(text: string): string {
  const whole = text.replace(/^\S*\s+/, '');
  return whole === '' ? text : whole;
}

/** Drops a word's beginning at the end, when there is a word before it. */
function toWord(text: string): string {
  const whole = text.replace(/\s+\S*$/, '');
  return whole === '' ? text : whole;
}
