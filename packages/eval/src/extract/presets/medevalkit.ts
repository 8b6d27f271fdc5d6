import { sequenceRatio } from '../../text/sequence-ratio';
import { type Extraction, optionLetter } from '../extraction';

const PHRASES = ['answer is', 'answer:', 'answer is:', 'option is', 'choice is', 'answer'];

/**
 * MedEvalKit's rules, for comparison with papers that use it: what stands after an answer phrase, up to
 * the first full stop, is a letter or an option; if it is neither, the option with the most similar
 * letters counts. There is always a choice: `Not sure.` can be right.
 *
 * @see MedEvalKit, utils/utils.py judge_multi_choice
 */
export function extractLikeMedEvalKit(
  response: string,
  { options }: { options: readonly string[] },
): Extraction {
  const lower = response.toLowerCase().trim();
  const paragraphs = lower.split('\n\n').map(bare);
  const part = answerPart(lower);
  const candidates = [paragraphs[0] ?? '', paragraphs.at(-1) ?? '', bare(part)];
  for (const candidate of candidates) {
    const index = options.findIndex((_, place) => optionLetter(place).toLowerCase() === candidate);
    if (index >= 0) return { choice: optionLetter(index), rule: 'medevalkit-letter', span: null };
  }
  const same = options.findIndex((option) => option.toLowerCase() === part);
  if (same >= 0) return { choice: optionLetter(same), rule: 'medevalkit-option', span: null };
  if (lower === '' || options.length === 0) return { choice: null, rule: 'none', span: null };
  const ratios = options.map((option) => sequenceRatio(part, option.toLowerCase()));
  const nearest = ratios.indexOf(Math.max(...ratios));
  return { choice: optionLetter(nearest), rule: 'medevalkit-nearest', span: null };
}

/** Whether MedEvalKit takes a response for the answer yes or no: exactly one of the two occurs anywhere, also inside `nodule`. */
export function extractYesNoLikeMedEvalKit(response: string): Extraction<'yes' | 'no'> {
  const lower = response.toLowerCase();
  const [yes, no] = [lower.includes('yes'), lower.includes('no')];
  if (yes === no) return { choice: null, rule: 'none', span: null };
  return { choice: yes ? 'yes' : 'no', rule: 'medevalkit-substring', span: null };
}

function answerPart(lower: string): string {
  const marked = between(lower, '\\boxed{', '}') ?? between(lower, '<answer>', '</answer>');
  if (marked !== undefined) return marked.trim();
  const phrase = PHRASES.find((text) => lower.includes(text));
  const after =
    phrase === undefined ? lower : lower.slice(lower.lastIndexOf(phrase) + phrase.length);
  const sentence = after.trim().split('.')[0] as string;
  return sentence.slice(sentence.lastIndexOf(':') + 1).trim();
}

function bare(text: string): string {
  return text.replace(/^[\s(]+|(?<![\s).])[\s).]+$/g, '');
}

/** The text between the first opening and what closes it. */
function between(text: string, opening: string, closing: string): string | undefined {
  const at = text.indexOf(opening);
  const begin = at + opening.length;
  const end = at < 0 ? -1 : text.indexOf(closing, begin);
  return end < 0 ? undefined : text.slice(begin, end);
}
