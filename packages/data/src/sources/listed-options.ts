import { RowError } from '../problem';

/** `A. first B. second`, `A) first`, `(a) first`: a letter, a mark, text up to the next letter. */
const OPTION = /(?:^|[\s,;])(?:\(([A-Za-z])\)|([A-Z])[.):])\s*/g;
const LETTER = /^\s*(?:\(([A-Za-z])\)|([A-Za-z])(?:[.):]|\s*$))\s*/;

/**
 * Parts a question from the options written behind it, in order from A.
 *
 * @returns null when the text lists no options
 */
export function partOptions(text: string): { question: string; options: string[] } | null {
  const marks = [...text.matchAll(OPTION)].map((match) => ({
    index: match.index,
    end: match.index + match[0].length,
    place: ((match[1] ?? match[2]) as string).toUpperCase().charCodeAt(0) - 65,
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

/**
 * The option an answer means: by its letter (`B`, `B. liver`, `(b) liver`), else by its text.
 *
 * @throws RowError when it is none of them
 */
export function answeredOption(answer: string, options: readonly string[]): string {
  const same = (text: string): string | undefined =>
    options.find((option) => option.trim().toLowerCase() === text.trim().toLowerCase());
  const letter = LETTER.exec(answer);
  const byText =
    same(answer) ?? (letter === null ? undefined : same(answer.slice(letter[0].length)));
  if (byText !== undefined) return byText;
  const place =
    letter === null ? -1 : ((letter[1] ?? letter[2]) as string).toUpperCase().charCodeAt(0) - 65;
  const byLetter =
    letter !== null && letter[0].length === answer.length ? options[place] : undefined;
  if (byLetter !== undefined) return byLetter;
  throw new RowError(
    'answer-not-an-option',
    `answer '${answer.slice(0, 60)}' is none of ${options.length} options; expected a letter or the text of one; correct the row`,
  );
}
