import { beginOfRun, BLANKS, stripBlanks } from './python-text';

/** A full stop after these, or after one letter, ends no sentence. */
const ABBREVIATIONS = new Set([
  'dr',
  'mr',
  'mrs',
  'ms',
  'prof',
  'st',
  'vs',
  'etc',
  'e.g',
  'i.e',
  'fig',
  'figs',
  'approx',
  'no',
  'al',
  'cf',
  'resp',
  'max',
  'min',
  'ca',
  'u.s',
  'a.m',
  'p.m',
  'inc',
  'ltd',
  'co',
]);

const BOUNDARY = new RegExp(`([.?!]["')\\]}»”’]*)[${BLANKS}]+`, 'gu');

const IN_WORD = /[^\s("'[{]/;

/** A word of so many characters is no abbreviation. */
const LONGEST = 1 + Math.max(...[...ABBREVIATIONS].map(({ length }) => length + 1));

/**
 * Sentences of an English text, by rules: a full stop, question or exclamation mark before a blank ends
 * one, unless it ends a known abbreviation, an initial or an ellipsis.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let begin = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const end = match.index + (match[1] as string).length;
    const next = match.index + match[0].length;
    if (next === text.length || !endsSentence(text.slice(begin, match.index + 1))) continue;
    sentences.push(text.slice(begin, end));
    begin = next;
  }
  sentences.push(text.slice(begin));
  return sentences.map(stripBlanks);
}

/** @param part up to and including the mark */
function endsSentence(part: string): boolean {
  if (!part.endsWith('.')) return true;
  if (part.endsWith('..')) return false;
  const end = Math.min(part.length, LONGEST) - 1;
  const tail = part.slice(-LONGEST);
  const word = tail.slice(beginOfRun(tail, IN_WORD, end), end).toLowerCase();
  return !ABBREVIATIONS.has(word) && !/^\p{L}$/u.test(word);
}
