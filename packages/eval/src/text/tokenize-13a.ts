import { splitWords, stripTrailing } from './python-text';

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

/** Symbols, then full stop and comma unless between digits, then a dash after a digit. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/([{-~[-` -&(-+:-@/])/g, ' $1 '],
  [/([^0-9])([.,])/g, '$1 $2 '],
  [/([.,])([^0-9])/g, ' $1 $2'],
  [/([0-9])(-)/g, '$1 $2 '],
];

/** Only letters, digits above 0x7f aside: no rule applies, splitting is enough. */
const PLAIN = /^[A-Za-z0-9 ]*$/;

/**
 * Words of a text as mteval-v13a and sacrebleu's default tokenizer see them; case is kept.
 *
 * @see https://github.com/mjpost/sacrebleu (tokenizer "13a")
 */
export function tokenize13a(text: string): string[] {
  let line = stripTrailing(text);
  if (PLAIN.test(line)) return splitWords(line);
  line = line.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  if (line.includes('&'))
    for (const [entity, sign] of ENTITIES) line = line.replaceAll(entity, sign);
  line = ` ${line} `;
  for (const [pattern, replacement] of RULES) line = line.replace(pattern, replacement);
  return splitWords(line);
}
