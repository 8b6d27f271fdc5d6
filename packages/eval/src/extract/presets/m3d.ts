import { type Extraction, NOTHING, optionLetter } from '../extraction';

/**
 * M3D's rule, for comparison with its paper: an answer is right when `<letter>.` of the right option
 * occurs anywhere, so `(B)` is wrong and `C. No wait, B.` right.
 *
 * @see M3D, Bench/eval/eval_vqa.py
 */
export function extractLikeM3d(
  response: string,
  { options, answer }: { options: readonly string[]; answer: number },
): Extraction {
  const letters = [answer, ...options.keys()].map(optionLetter);
  const letter = letters.find((name) => response.includes(`${name}.`));
  if (letter === undefined) return NOTHING;
  const begin = response.indexOf(`${letter}.`);
  return { choice: letter, rule: 'm3d', span: [begin, begin + 2] };
}
