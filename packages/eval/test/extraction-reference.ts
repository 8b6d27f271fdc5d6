/**
 * @file The extraction rules of docs/evaluation.md once more, slow and plain: words and signs in a list,
 * loops instead of patterns. Texts are made of {@link PIECES}, so it knows no other words.
 */

/** What random texts are made of, blanks between the pieces. */
export const PIECES = [
  'A',
  'B',
  'C',
  'cyst',
  'fat tumour',
  'tumour',
  'A.',
  'B.',
  '(C)',
  '(A)',
  'B,',
  'A)',
  'the answer is',
  'Answer:',
  'not',
  'no',
  'or',
  'and',
  'it is',
  'seen',
  'wrong',
  'is',
  'lesion',
  'but',
  '.',
  ',',
  ';',
  '\n',
  'no doubt',
  'evidence of',
  'hepatitis',
  'I choose',
  'correct',
  '<think>',
  '</think>',
  'vitamin',
] as const;

/** Options of the reference: letters A, B, C. */
export const REFERENCE_OPTIONS = ['cyst', 'fat tumour', 'tumour'] as const;

/** A word or sign with what stands around it. */
interface Token {
  text: string;
  /** Whether a blank stands before it. */
  isApart: boolean;
}

const SIGNS = '.,;:()\n';
const CLAUSE_ENDS = ['.', ';', ':', '\n', 'but'];

/** Cuts text into words and signs; line ends are signs. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let word = '';
  let isApart = false;
  const end = (): void => {
    if (word !== '') tokens.push({ text: word, isApart });
    if (word !== '') isApart = false;
    word = '';
  };
  for (const sign of text) {
    if (sign === ' ') {
      end();
      isApart = true;
    } else if (SIGNS.includes(sign)) {
      end();
      tokens.push({ text: sign, isApart });
      isApart = false;
    } else word += sign;
  }
  end();
  return tokens;
}

/** The text after reasoning, its blanks collapsed; null when reasoning does not end. */
function answerText(response: string): string | null {
  let rest = response;
  const close = rest.lastIndexOf('</think>');
  if (close >= 0) rest = rest.slice(close + '</think>'.length);
  if (rest.includes('<think>')) return null;
  const lines = rest.split('\n').map((line) => line.split(' ').filter(Boolean).join(' '));
  return lines.filter(Boolean).join('\n');
}

interface Named {
  index: number;
  begin: number;
  end: number;
}

/** Options' texts, the longer of two that overlap. */
function textsIn(tokens: readonly Token[]): Named[] {
  const found: Named[] = [];
  for (let at = 0; at < tokens.length; at++) {
    REFERENCE_OPTIONS.forEach((option, index) => {
      const words = option.split(' ');
      const fits = words.every((word, place) => {
        const token = tokens[at + place];
        return token?.text === word && (place === 0 || token.isApart);
      });
      if (fits) found.push({ index, begin: at, end: at + words.length });
    });
  }
  return found.filter(
    (one) =>
      !found.some(
        (other) =>
          other.begin <= one.begin &&
          other.end >= one.end &&
          other.end - other.begin > one.end - one.begin,
      ),
  );
}

const LETTERS = ['A', 'B', 'C'];
/** Words after `A` that leave it a letter. */
const AFTER_LETTER = ['or', 'and', 'is', 'was', 'because', 'since', 'as', 'seems', 'would'];

/** Position of the option whose letter a token is, or -1. */
function letterAt(tokens: readonly Token[], at: number): number {
  const index = LETTERS.indexOf(tokens[at]?.text ?? '');
  const next = tokens[at + 1];
  const isArticle =
    index === 0 &&
    next?.isApart === true &&
    /^[a-z]/.test(next.text) &&
    !AFTER_LETTER.includes(next.text);
  return isArticle ? -1 : index;
}

/** Whether a clause denies before a place, or the words right after it do. */
function isDenied(tokens: readonly Token[], begin: number, end: number): boolean {
  for (let at = begin - 1; at >= 0; at--) {
    const word = (tokens[at] as Token).text.toLowerCase();
    if (CLAUSE_ENDS.includes(word)) break;
    const next = tokens[at + 1]?.text;
    if (word === 'not') return true;
    if (word === 'no' && next !== 'doubt' && next !== ',') return true;
  }
  let at = end;
  while ([':', ')', '\n'].includes(tokens[at]?.text ?? '')) at++;
  if (tokens[at]?.text === 'is') at++;
  return ['not', 'wrong'].includes(tokens[at]?.text ?? '');
}

/** What the last marker announces: an option, 'ambiguous', or null. */
function marked(tokens: readonly Token[]): number | 'ambiguous' | null {
  for (let at = tokens.length - 1; at >= 0; at--) {
    if (tokens[at]?.text.toLowerCase() !== 'answer') continue;
    if (!['is', ':'].includes(tokens[at + 1]?.text ?? '')) continue;
    const named = namedAt(tokens, skip(tokens, at + 2, ['(', ':', '\n', 'answer', 'the answer']));
    if (named === null) continue;
    return namesAnother(tokens, named) ? 'ambiguous' : named.index;
  }
  return null;
}

function skip(tokens: readonly Token[], from: number, words: readonly string[]): number {
  let at = from;
  for (;;) {
    const word = tokens[at]?.text.toLowerCase() ?? '';
    if (words.includes(word)) at++;
    else if (word === 'the' && words.includes('the answer') && tokens[at + 1]?.text === 'answer')
      at += 2;
    else return at;
  }
}

function namedAt(tokens: readonly Token[], at: number): Named | null {
  const text = textsIn(tokens.slice(at)).find(({ begin }) => begin === 0);
  if (text !== undefined) return { index: text.index, begin: at, end: at + text.end };
  const index = letterAt(tokens, at);
  return index < 0 ? null : { index, begin: at, end: at + 1 };
}

function namesAnother(tokens: readonly Token[], { index, end }: Named): boolean {
  let close = end;
  while (').,:;'.includes(tokens[close]?.text ?? '-') && tokens[close]?.isApart === false) close++;
  const own = skip(tokens, close, ['(', ':', '\n']);
  const text = textsIn(tokens.slice(own)).find(({ begin }) => begin === 0);
  if (text !== undefined && text.index !== index) return true;
  const after = text === undefined ? end : own + text.end;
  let at = skip(tokens, after, [')', '\n']);
  if (![',', ';', 'or', 'and'].includes(tokens[at]?.text ?? '')) return false;
  at = skip(tokens, at + 1, ['(', 'or', 'and', '\n']);
  const other = namedAt(tokens, at);
  if (other === null || other.index === index) return false;
  return tokens[skip(tokens, other.end, [')', '\n'])]?.text !== 'is';
}

/** A letter with nothing but signs on its line, or -1. */
function letterOfLine(tokens: readonly Token[]): number {
  const words = tokens.filter(({ text }) => !SIGNS.includes(text));
  return words.length === 1 ? LETTERS.indexOf((words[0] as Token).text) : -1;
}

function onlyOne(named: readonly Named[], tokens: readonly Token[]): string | null | undefined {
  if (named.length === 0) return undefined;
  const denied = named.filter(({ begin, end }) => isDenied(tokens, begin, end));
  const said = new Set(named.filter((one) => !denied.includes(one)).map(({ index }) => index));
  const [index] = said;
  if (index === undefined || said.size > 1 || denied.some((one) => one.index === index))
    return null;
  return LETTERS[index] as string;
}

/** Which option a response made of {@link PIECES} names. */
export function extractByReference(response: string): string | null {
  const text = answerText(response);
  if (text === null) return null;
  const tokens = tokensOf(text);
  const words = tokens.filter(({ text: word }) => !SIGNS.includes(word));
  if (words.length === 1) {
    const index = LETTERS.indexOf((words[0] as Token).text);
    if (index >= 0) return LETTERS[index] as string;
  }
  const inside = tokensOf(stripSigns(text)).map(({ text: word }) => word);
  const whole = REFERENCE_OPTIONS.findIndex((option) => option === stripSigns(text));
  if (whole >= 0 && inside.length > 0) return LETTERS[whole] as string;
  return byMarkerOrLine(tokens);
}

function stripSigns(text: string): string {
  let [begin, end] = [0, text.length];
  while (begin < end && ` ${SIGNS}`.includes(text[begin] as string)) begin++;
  while (end > begin && ` ${SIGNS}`.includes(text[end - 1] as string)) end--;
  return text.slice(begin, end);
}

function byMarkerOrLine(tokens: readonly Token[]): string | null {
  const announced = marked(tokens);
  const lines: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === '\n') lines.push([]);
    else (lines.at(-1) as Token[]).push(token);
  }
  let line: number | 'ambiguous' | null = null;
  if (lines.length > 1) {
    const [first, last] = [letterOfLine(lines[0] ?? []), letterOfLine(lines.at(-1) ?? [])];
    if (first >= 0 && last >= 0 && first !== last) line = 'ambiguous';
    else if (first >= 0) line = first;
    else if (last >= 0) line = last;
  }
  if (announced !== null && line !== null && announced !== line) return null;
  const found = announced ?? line;
  if (found === 'ambiguous') return null;
  if (found !== null) return LETTERS[found] as string;
  return byLettersOrTexts(tokens);
}

function byLettersOrTexts(tokens: readonly Token[]): string | null {
  const texts = textsIn(tokens);
  const letters = tokens.flatMap((_, at): Named[] => {
    const index = letterAt(tokens, at);
    return index < 0 ? [] : [{ index, begin: at, end: at + 1 }];
  });
  const stated = letters.filter(
    ({ begin, end }) => !isDenied(tokens, begin, end) && isStated(tokens, end),
  );
  const byStatement = onlyOne(stated, tokens);
  if (byStatement !== undefined) return byStatement;
  const pointed = letters.filter(
    (letter) =>
      listedText(tokens, letter) === letter.index || isPointed(tokens, letter.begin, letter.end),
  );
  for (const letter of pointed) {
    const text = listedText(tokens, letter);
    if (text !== null && text !== letter.index) return null;
  }
  const byLetter = onlyOne(pointed, tokens);
  if (byLetter !== undefined) return byLetter;
  return onlyOne(texts, tokens) ?? null;
}

/** The option whose text follows a letter in a list: `B) tumour`. */
function listedText(tokens: readonly Token[], { end }: Named): number | null {
  const sign = tokens[end];
  if (sign === undefined || sign.isApart || !').:'.includes(sign.text)) return null;
  return textsIn(tokens).find(({ begin }) => begin === end + 1)?.index ?? null;
}

/** `B is correct`, `B) is correct`. */
function isStated(tokens: readonly Token[], end: number): boolean {
  let at = end;
  while (').:'.includes(tokens[at]?.text ?? '-') && tokens[at]?.isApart === false) at++;
  const said = tokens[skip(tokens, at + 1, ['the'])]?.text.toLowerCase() ?? '';
  return tokens[at]?.text === 'is' && ['correct', 'answer'].includes(said);
}

function isPointed(tokens: readonly Token[], begin: number, end: number): boolean {
  const [before, after] = [tokens[begin - 1], tokens[end]];
  const isInBrackets =
    before?.text === '(' &&
    !(tokens[begin] as Token).isApart &&
    after?.text === ')' &&
    !after.isApart;
  if (isInBrackets) return true;
  const ends =
    after === undefined || after.text === '\n' || (!after.isApart && '.,;:)'.includes(after.text));
  if (!ends) return false;
  const opening = before?.text === '(' ? tokens[begin - 2] : before;
  return (
    opening === undefined ||
    ['\n', '.', ',', ';', ':'].includes(opening.text) ||
    ['is', 'choose', 'answer'].includes(opening.text.toLowerCase())
  );
}
