import { AMBIGUOUS, type Extraction, letterIndex, optionLetter } from './extraction';
import { LETTER, type Options, textAtBegin, WORD } from './mentions';

/** Phrases that announce an answer; the last one that names an option wins. */
const MARKER = new RegExp(
  [
    '\\\\boxed\\s*\\{',
    '<answer>',
    "\\b(?:answer|choice|option)\\b(?:[\\s*_]+(?:would|should|must|will))?(?:[\\s*_]+(?:be|is)\\b|'s\\b|[^\\p{L}\\p{N}\\s]{0,3}\\s?[:=])",
    '\\b(?:antwort|r\u00e9ponse|respuesta|risposta|resposta)\\b(?:\\s+(?:ist|est|es|\u00e8|\u00e9)(?![\\p{L}])|\\s?[:=])',
    '答案(?:应该|应)?(?:是|为|:)',
    '(?<!不)(?:故选|应选|选择|选项|选)[是为:]?',
  ].join('|'),
  'giu',
);

/** Signs and words that may stand between a marker and what it announces. */
const OPENING = new RegExp(
  `^(?:[\\s*_:([{"'\`$]|\\\\(?:text|mathrm|mathbf)\\s*\\{|(?:option|choice|letter|answer|the answer|选项)(?!${WORD}))*`,
  'iu',
);

/** Signs and words that are skipped at most: a text may have thousands of markers. */
const LONGEST_OPENING = 1000;

/** A letter right after the opening; a small one must end what is said. */
const CAPITAL = new RegExp(`^${LETTER}`, 'u');
const SMALL = /^([a-z]{1,2})(?=[\s.,;)\]}"'*`$]*(?:$|\n|<\/))/u;

/** A second answer after the first: `A or B`, `A, B and C`, `A/B`. */
const ALSO = new RegExp(
  `^[\\s*_"'\`)\\]}]*(?:[,/&;、]|\\b(?:or|and|und|oder|et|ou|y|o)\\b|或者?|和|还是)(?:[\\s*_"'\`(\\[]|\\b(?:or|and)\\b|\\b(?:option|choice)\\b)*`,
  'iu',
);

/** After a letter, says that another statement about it begins: `A, B is wrong`. */
const VERB = /^[\s*_"'`)\]]*(?:is|was|seems|appears|would|can|does|has|cannot)(?:n't)?\b/i;

/**
 * Extracts what the last answer marker announces: a letter, or the longest option's text.
 *
 * @returns null when no marker names an option; ambiguous when the last one names several, or a letter
 *   with another option's text
 */
export function answerAfterMarker(text: string, options: Options): Extraction | null {
  for (const marker of [...text.matchAll(MARKER)].reverse()) {
    const begin = marker.index + marker[0].length;
    const named = namedAt(text, begin, options);
    if (named === null) continue;
    const { index, end, rule } = named;
    return namesAnother(text.slice(end), index, options)
      ? AMBIGUOUS
      : { choice: optionLetter(index), rule, span: [begin, end] };
  }
  return null;
}

interface Named {
  index: number;
  end: number;
  rule: string;
}

function namedAt(text: string, begin: number, options: Options): Named | null {
  const opening = OPENING.exec(text.slice(begin, begin + LONGEST_OPENING));
  const at = begin + (opening?.[0].length ?? 0);
  const byText = textAt(text, at, options);
  const byLetter = letterAt(text, at, options);
  // `Hepatitis B` and `A small cyst` begin with more than a letter.
  if (byText !== null && (byLetter === null || byText.end > byLetter.end)) return byText;
  return byLetter;
}

function letterAt(text: string, at: number, { count }: Options): Named | null {
  const rest = text.slice(at);
  // Bounds look back: the letter must not be cut out of a word.
  const match = CAPITAL.exec(rest) ?? SMALL.exec(rest);
  const index = match?.[1] === undefined ? -1 : letterIndex(match[1]);
  if (match === null || index < 0 || index >= count) return null;
  return { index, end: at + match[0].length, rule: 'answer-marker' };
}

function textAt(text: string, at: number, options: Options): Named | null {
  const mention = textAtBegin(text.slice(at), options);
  if (mention === undefined) return null;
  return { index: mention.index, end: at + mention.end, rule: 'answer-marker-text' };
}

/** Whether what follows an answer names another option too. */
function namesAnother(rest: string, index: number, options: Options): boolean {
  // The letter's own text, or another's: `B. liver`, `B (liver)`.
  const sign = /^["'*_`)\]}.,:;-]*[\s("'*_`:-]*/.exec(rest)?.[0].length ?? 0;
  const own = textAt(rest, sign, options);
  if (own !== null && own.index !== index) return true;
  const after = rest.slice(own === null ? 0 : own.end);
  const also = ALSO.exec(after);
  if (also === null) return false;
  const other = namedAt(after, also[0].length, options);
  return other !== null && other.index !== index && !VERB.test(after.slice(other.end));
}
