import { isDenied } from './denial';
import { AMBIGUOUS, type Extraction, NOTHING } from './extraction';
import { normalizeText } from './normalize-text';
import { answerBegin } from './reasoning';

/** Words yes and no; `no doubt` and `no question` say neither. */
const WORDS = /(?<![\p{L}\p{N}_])(yes|no(?! doubt| question))(?![\p{L}\p{N}_])/giu;

/** The other word right after the first: `yes or no`, `yes/no`, `Yes. No.`, but not `Yes, no effusion`. */
const ALSO =
  /^[^\p{L}\p{N}]*(?:(?:or|and)[^\p{L}\p{N}]+)?(yes|no)[^\p{L}\p{N}\s]*(?:$|\n|(?<=[^\p{L}\p{N}\s])\s)/iu;

/** What announces yes or no. */
const MARKED =
  /(?:\b(?:answer|choice|option)\b(?:[\s*_]+(?:would be|should be|must be|will be|is)\b|'s\b|[^\p{L}\p{N}\s]{0,3}\s?[:=])|<answer>|\\boxed\s*\{|答案(?:是|为|:))(?:[\s*_:([{"'`]|\\text\s*\{)*(yes|no)(?![\p{L}\p{N}_])/giu;

/**
 * Extracts whether a response says yes or no: the first word if it is one of them and the
 * other does not follow at once (`yes or no`); else what the last
 * answer marker announces; else the only one of the two that occurs as a word, and is not denied. `no`
 * inside `nodule` or `normal` does not count. What counts is what follows the last block of reasoning.
 */
export function extractYesNo(response: string): Extraction<'yes' | 'no'> {
  const start = answerBegin(response);
  if (start === null) return NOTHING;
  const { text, spanOf } = normalizeText(response.slice(start));
  const found = extractYesNoFrom(text);
  if (found.span === null) return found;
  const [begin, end] = spanOf(...found.span);
  return { ...found, span: [start + begin, start + end] };
}

/** Does the same with a text in one spelling. */
export function extractYesNoFrom(text: string): Extraction<'yes' | 'no'> {
  const words = [...text.matchAll(WORDS)];
  const [first] = words;
  if (first === undefined) return NOTHING;
  const said = (word: string): 'yes' | 'no' => (word.toLowerCase() === 'yes' ? 'yes' : 'no');
  const span = [first.index, first.index + first[0].length] as const;
  if (/^[^\p{L}\p{N}_]*$/u.test(text.slice(0, first.index))) {
    const also = ALSO.exec(text.slice(span[1]))?.[1];
    const isBoth = also !== undefined && said(also) !== said(first[0]);
    return isBoth ? AMBIGUOUS : { choice: said(first[0]), rule: 'first-word', span };
  }
  const marked = [...text.matchAll(MARKED)].at(-1);
  if (marked?.[1] !== undefined) {
    const end = marked.index + marked[0].length;
    return { choice: said(marked[1]), rule: 'answer-marker', span: [marked.index, end] };
  }
  const isOnly = new Set(words.map((match) => said(match[0]))).size === 1;
  const isDeniedHere = words.some((match) =>
    isDenied(text, match.index, match.index + match[0].length),
  );
  return isOnly && !isDeniedHere ? { choice: said(first[0]), rule: 'only-word', span } : AMBIGUOUS;
}
