import { type Extraction, NOTHING, optionLetter } from '../extraction';

const REFUSALS = [
  "Sorry, I can't help with images of people yet.",
  "I can't process this file.",
  "I'm sorry, but without the image provided",
  'Cannot determine the answer',
];

/** Words at the end within which a letter counts as the answer. */
const LAST_WORDS = 5;

/**
 * VLMEvalKit's rules without its judge, for comparison with its leaderboards: exactly one option letter
 * among the words and near the end; else `answer is X`; else an option's text, when the response is
 * not much longer than the options.
 *
 * @see VLMEvalKit, vlmeval/utils/matching_util.py
 */
export function extractLikeVlmEvalKit(
  response: string,
  { options }: { options: readonly string[] },
): Extraction {
  if (REFUSALS.some((phrase) => response.includes(phrase)))
    return { choice: null, rule: 'vlmevalkit-refusal', span: null };
  const letter =
    letterNearEnd(response, options.length) ?? letterAfterPhrase(response, options.length);
  if (letter !== null) return { choice: letter, rule: 'vlmevalkit-letter', span: null };
  const lower = response.toLowerCase();
  if (lower.length > 2 * options.reduce((sum, { length }) => sum + length, 0)) return NOTHING;
  const named = options.flatMap((option, index) =>
    lower.includes(option.toLowerCase()) ? [index] : [],
  );
  if (named.length !== 1) return NOTHING;
  return { choice: optionLetter(named[0] as number), rule: 'vlmevalkit-text', span: null };
}

function letterNearEnd(response: string, count: number): string | null {
  const words = response
    .replace(/[.()[\],:;!*#{}]/g, ' ')
    .split(/\s+/)
    .filter(Boolean);
  const letters = Array.from({ length: count }, (_, index) => optionLetter(index));
  const present = letters.filter((letter) => words.includes(letter));
  const [only] = present;
  if (only === undefined || present.length !== 1) return null;
  return words.indexOf(only) > words.length - LAST_WORDS ? only : null;
}

function letterAfterPhrase(response: string, count: number): string | null {
  const last = optionLetter(count - 1);
  const match = new RegExp(`answer is:?\\s*\\**([A-${last}])\\**(?![A-Za-z])`, 'i').exec(response);
  return match?.[1]?.toUpperCase() ?? null;
}
