import { beginOfRun, BLANKS, splitWords, stripTrailing, WORD_CHARACTERS } from './python-text';
import { splitSentences } from './split-sentences';

type Rule = readonly [pattern: RegExp, replacement: string] | ((text: string) => string);

const NOT_IN_WORD = `(?<![${WORD_CHARACTERS}])`;
const IN_WORD = `(?=[${WORD_CHARACTERS}])`;
const WORD_END = `(?<=[${WORD_CHARACTERS}])(?![${WORD_CHARACTERS}])`;
const WORD_START = `${NOT_IN_WORD}${IN_WORD}`;

/** In the order in which NLTK applies them: each sees what the ones before have left. */
const RULES: readonly Rule[] = [
  // Opening quotes
  [/[«“‘„]|`+/gu, ' $& '],
  [/^"/u, '``'],
  [/``/gu, ' `` '],
  [/([ ([{<])(?:"|'')/gu, '$1 `` '],
  [new RegExp(`${NOT_IN_WORD}'(?!(?:re|ve|ll|m|t|s|d|n)${WORD_END})${IN_WORD}`, 'giu'), "' "],
  // Punctuation
  (text) => splitFinalStop(text, /[\])}>"'»”’ ]/, ' . '),
  [/([:,])(\P{Nd})/gu, ' $1 $2'],
  [/[:,](?=\n?$)/gu, ' $& '],
  [/\.{2,}/gu, ' $& '],
  [/[;@#$%&]/gu, ' $& '],
  [/[\u2012-\u2015]/gu, ' $& '],
  (text) => splitFinalStop(text, /[\])}>"']/, ' .'),
  [/[?!]/gu, ' $& '],
  [/([^'])' /gu, "$1 ' "],
  [/\*/gu, ' * '],
  [/[\][(){}<>]/gu, ' $& '],
  [/--/gu, ' -- '],
  [/^[\s\S]*$/u, ' $& '],
  // Closing quotes
  [/[»”’]/gu, ' $& '],
  [/''|"/gu, " '' "],
  [new RegExp(`[${BLANKS}]+`, 'gu'), ' '],
  [/([^' ])('[sSmMdD]|') /gu, '$1 $2 '],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, '$1 $2 '],
  // Contractions
  ...(
    [
      ['can', 'not'],
      ['d', "'ye"],
      ['gim', 'me'],
      ['gon', 'na'],
      ['got', 'ta'],
      ['lem', 'me'],
      ['more', "'n"],
    ] as const
  ).map(([first, second]): Rule => [
    new RegExp(`${WORD_START}(${first})(${second})${WORD_END}`, 'giu'),
    ' $1 $2 ',
  ]),
  [new RegExp(`${WORD_START}(wan)(na)(?=[${BLANKS}])`, 'giu'), ' $1 $2 '],
  [new RegExp(` ('t)(is|was)${WORD_END}`, 'giu'), ' $1 $2 '],
];

/** A text of these alone is changed by the final full stop at most. */
const PLAIN = /^[\p{L}\p{N} -]*$/u;
const CONTRACTED = /cannot|gimme|gonna|gotta|lemme|wanna|--/i;

/** Words of one sentence as NLTK's `NLTKWordTokenizer` (the improved Penn Treebank rules) sees them. */
export function tokenizeTreebank(sentence: string): string[] {
  const body = sentence.endsWith('.') ? sentence.slice(0, -1) : sentence;
  if (body !== '' && PLAIN.test(body) && !CONTRACTED.test(body)) {
    const words = splitWords(body);
    return body === sentence ? words : [...words, '.'];
  }
  let text = sentence;
  for (const rule of RULES)
    text = typeof rule === 'function' ? rule(text) : text.replace(rule[0], rule[1]);
  return splitWords(text);
}

/**
 * Takes a final full stop off its word, with what closes after it: `([^.])\.([closing]*)\s*$` in NLTK, which
 * takes cubic time where blanks count as closing.
 *
 * @param stop what is written for the full stop
 */
function splitFinalStop(text: string, closing: RegExp, stop: string): string {
  const begin = beginOfRun(text, closing, stripTrailing(text).length);
  if (begin < 2 || text[begin - 1] !== '.' || text[begin - 2] === '.') return text;
  let end = begin;
  while (end < text.length && closing.test(text[end] as string)) end++;
  return `${text.slice(0, begin - 1)}${stop}${text.slice(begin, end)} `;
}

/**
 * Words of a text as NLTK's `word_tokenize` sees them: sentences apart, then {@link tokenizeTreebank}.
 *
 * DEVIATION: NLTK finds sentence ends by a trained model (Punkt); {@link splitSentences} by rules.
 */
export function tokenizeWords(text: string): string[] {
  const sentences = splitSentences(text);
  return sentences.length === 1
    ? tokenizeTreebank(sentences[0] as string)
    : sentences.flatMap(tokenizeTreebank);
}
