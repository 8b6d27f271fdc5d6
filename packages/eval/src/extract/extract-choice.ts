/** What was found in a response, and by which rule. */
export interface Extraction<T> {
  /** Null when the response does not say: it then counts as wrong, and is reported. */
  value: T | null;
  /** Name of the rule that decided. */
  rule: string;
  /** Where in the response, as [begin, end). */
  span: readonly [begin: number, end: number] | null;
}

const NOTHING = { value: null, rule: 'none', span: null } as const;

/** Phrases that announce an answer; the last one in the response wins. */
const ANSWER_MARKER = /\b(?:answer|choice|option)\b\s*(?:is|:|=)?\s*/gi;

/**
 * Which option a response names: a letter, or an option's text.
 *
 * Never guesses: no random letter, no nearest string. In this order: the whole response is a letter
 * (`B`, `(B)`, `B.`); a letter after the last answer marker; a letter with its text (`B. liver`) or in
 * brackets, when only one occurs; an option's text, when only one option's occurs.
 *
 * @param options texts in the order A, B, C, ...
 */
export function extractChoice(response: string, options: readonly string[]): Extraction<string> {
  const letters = options.map((_, index) => String.fromCharCode(65 + index)).join('');
  return (
    wholeLetter(response, letters) ??
    markedLetter(response, letters) ??
    singleLetter(response, letters) ??
    optionText(response, options) ??
    NOTHING
  );
}

function wholeLetter(response: string, letters: string): Extraction<string> | null {
  const match = new RegExp(`^[\\s*([]*([${letters}])[\\s*)\\].:]*$`, 'i').exec(response);
  return match?.[1] === undefined ? null : found(match[1], 'letter-only', [0, response.length]);
}

function markedLetter(response: string, letters: string): Extraction<string> | null {
  let last: Extraction<string> | null = null;
  for (const marker of response.matchAll(ANSWER_MARKER)) {
    const begin = marker.index + marker[0].length;
    const pattern = new RegExp(`^[\\s*([{"']*([${letters}])(?![a-z])`);
    const match = pattern.exec(response.slice(begin));
    if (match?.[1] !== undefined)
      last = found(match[1], 'answer-marker', [begin, begin + match[0].length]);
  }
  return last;
}

/** `B.`, `(B)`, `B:` or `\boxed{B}`; nothing when two different letters stand like that. */
function singleLetter(response: string, letters: string): Extraction<string> | null {
  const pattern = new RegExp(
    `(?:\\(([${letters}])\\)|\\{([${letters}])\\}|(?<![\\w'])([${letters}])[.):])`,
    'g',
  );
  const matches = [...response.matchAll(pattern)];
  const names = new Set(matches.map((match) => match[1] ?? match[2] ?? match[3]));
  const [first] = matches;
  const [name] = names;
  if (first === undefined || name === undefined || names.size !== 1) return null;
  return found(name, 'single-letter', [first.index, first.index + first[0].length]);
}

function optionText(response: string, options: readonly string[]): Extraction<string> | null {
  const hits = options.flatMap((option, index) => {
    const match = new RegExp(`(?<!\\w)${escapeRegExp(option)}(?!\\w)`, 'i').exec(response);
    return match === null
      ? []
      : [{ index, begin: match.index, end: match.index + match[0].length }];
  });
  // "left lower lobe" also contains the option "lower lobe": the longer one is meant.
  const outer = hits.filter(
    (hit) =>
      !hits.some(
        (other) =>
          other !== hit &&
          other.begin <= hit.begin &&
          other.end >= hit.end &&
          other.end - other.begin > hit.end - hit.begin,
      ),
  );
  const [only] = outer;
  if (only === undefined || outer.length !== 1) return null;
  return found(String.fromCharCode(65 + only.index), 'option-text', [only.begin, only.end]);
}

function found(letter: string, rule: string, span: readonly [number, number]): Extraction<string> {
  return { value: letter.toUpperCase(), rule, span };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
