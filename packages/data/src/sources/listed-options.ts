import { RowError } from '../problem';

/** `A. first B. second`, `A) first`, `(a) first`: a letter, a mark, text up to the next letter. */
const OPTION = /(?:^|[\s,;])(?:\(([A-Za-z])\)|([A-Z])[.):])\s*/g;
const LETTER = /^\s*(?:\(([A-Za-z])\)|([A-Za-z])(?:[.):]|\s*$))\s*/;

/** Options by letter, from A; a letter without text keeps its place, so that others keep theirs. */
export type LetteredOptions = readonly (string | undefined)[];

/** Options that a row has, in order: what is kept of letters without text. */
export function presentOptions(options: LetteredOptions): string[] {
  return options.filter((option): option is string => option !== undefined);
}

/**
 * Parts a question from the options written behind it, in order from A.
 *
 * @returns null when the text lists no options
 */
export function partOptions(text: string): { question: string; options: string[] } | null {
  const marks = [...text.matchAll(OPTION)].map((match) => ({
    index: match.index,
    end: match.index + match[0].length,
    place: placeOf((match[1] ?? match[2]) as string),
  }));
  // Options are the marks A, B, C, ... in order; other letters with a dot are words of the text.
  const first = marks.findLastIndex(({ place }) => place === 0);
  if (first < 0) return null;
  const listed: typeof marks = [];
  for (const mark of marks.slice(first)) if (mark.place === listed.length) listed.push(mark);
  if (listed.length < 2) return null;
  const options = listed.map(({ end }, i) => text.slice(end, listed[i + 1]?.index).trim());
  const question = text
    .slice(0, (listed[0] as (typeof marks)[number]).index)
    .replace(/\s*(?:Choices|Options)\s*:?\s*$/i, '')
    .trim();
  return options.some((option) => option === '') ? null : { question, options };
}

/** An answer as a row gives it: its text, its letter, or both. */
export interface GivenAnswer {
  text: string;
  /** The column of letters, where there is one of its own. */
  letter?: string | undefined;
}

/**
 * The option an answer means: by its letter (`B`, `B. liver`, `(b) liver`), else by its text, a full
 * stop or blanks aside.
 *
 * @throws RowError when it is none of them, or letter and text mean different ones
 */
export function answeredOption(answer: string | GivenAnswer, options: LetteredOptions): string {
  const given: GivenAnswer = typeof answer === 'string' ? { text: answer } : answer;
  const written = LETTER.exec(given.text);
  const rest = written === null ? '' : given.text.slice(written[0].length);
  const whole = byText(given.text, options);
  // `A cyst` alone is text; a letter counts when its mark says so, or nothing else is there.
  const byLetter = whole === undefined ? letterOf(written, options) : undefined;
  const byColumn = letterOf(LETTER.exec(given.letter ?? ''), options);
  const byRest = rest === '' ? undefined : byText(rest, options);
  const meant = [byColumn, whole, byRest, rest === '' ? byLetter : undefined].filter(
    (option): option is string => option !== undefined,
  );
  const inText = byLetter !== undefined && byRest !== undefined ? [...meant, byLetter] : meant;
  const distinct = [...new Set(inText.map(plain))];
  const [option] = meant;
  if (option !== undefined && distinct.length === 1) return option;
  const shown = [given.letter, given.text].filter((text) => text !== undefined).join(' / ');
  if (distinct.length > 1) {
    throw new RowError(
      'answer-not-an-option',
      `answer '${shown.slice(0, 60)}': its letter and its text mean different options; expected one; correct the row`,
    );
  }
  throw new RowError(
    'answer-not-an-option',
    `answer '${shown.slice(0, 60)}' is none of ${presentOptions(options).length} options; expected a letter or the text of one; correct the row`,
  );
}

function placeOf(letter: string): number {
  return letter.toUpperCase().charCodeAt(0) - 65;
}

function letterOf(match: RegExpExecArray | null, options: LetteredOptions): string | undefined {
  return match === null ? undefined : options[placeOf((match[1] ?? match[2]) as string)];
}

function byText(text: string, options: LetteredOptions): string | undefined {
  const exact = (compare: (text: string) => string): string | undefined =>
    presentOptions(options).find((option) => compare(option) === compare(text));
  return exact((words) => words.trim().toLowerCase()) ?? exact(plain);
}

/** Words without case, double blanks and closing marks. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\s*[.;,]+$/, '');
}
