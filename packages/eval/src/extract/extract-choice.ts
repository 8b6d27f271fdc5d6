import { escapeRegExp, type Extraction, NOTHING, optionLetter, optionLetters } from './extraction';

/** Phrases that announce an answer; the last one that names an option wins. */
const ANSWER_MARKER =
  /\\boxed\s*\{|<answer>|\b(?:answer|choice|option)\b(?:\s+(?:would|should|must|will))?(?:\s+be\b|\s+is\b|['’]s\b|\W{0,3}[:=])/gi;

/** Signs that may stand between a marker and the letter. */
const OPENING = '[\\s*_:([{"\'“‘`$]*';

/**
 * Which option a response names: a letter, or an option's text.
 *
 * Never guesses: no random letter, no nearest string. In this order: the whole response is a letter
 * (`B`, `(B)`, `B.`); a letter or an option's text after the last answer marker; a letter with its text
 * (`B. liver`) or in brackets, when only one occurs; an option's text, when only one option's occurs.
 *
 * @param options texts in the order A, B, C, ...; or how many there are, when their texts are unknown
 */
export function extractChoice(response: string, options: readonly string[] | number): Extraction {
  const texts = typeof options === 'number' ? [] : options;
  const letters = optionLetters(typeof options === 'number' ? options : options.length);
  if (letters === '') return NOTHING;
  return (
    wholeLetter(response, letters) ??
    markedOption(response, letters, texts) ??
    singleLetter(response, letters) ??
    optionText(response, texts) ??
    NOTHING
  );
}

function wholeLetter(response: string, letters: string): Extraction | null {
  const match = new RegExp(`^[\\s*_([]*([${letters}])[\\s*_)\\].:]*$`, 'i').exec(response);
  return match?.[1] === undefined ? null : found(match[1], 'letter-only', [0, response.length]);
}

function markedOption(
  response: string,
  letters: string,
  options: readonly string[],
): Extraction | null {
  // A small letter must stand alone and a capital A not before a word: `a nodule` names no option.
  const pattern = new RegExp(
    `^${OPENING}(?:([${letters}])(?![\\p{L}\\p{N}_'’])(?!(?<=A) \\p{Ll})|([${letters.toLowerCase()}])(?=[\\s.,;)\\]}"'*]*(?:$|\\n|</)))`,
    'u',
  );
  for (const marker of [...response.matchAll(ANSWER_MARKER)].reverse()) {
    const begin = marker.index + marker[0].length;
    const rest = response.slice(begin);
    const match = pattern.exec(rest);
    const letter = match?.[1] ?? match?.[2];
    if (match !== null && letter !== undefined)
      return found(letter, 'answer-marker', [begin, begin + match[0].length]);
    const text = textAfterMarker(rest, options);
    if (text !== null)
      return found(optionLetter(text.index), 'answer-marker-text', [begin, begin + text.length]);
  }
  return null;
}

/** The longest option that the text starts with. */
function textAfterMarker(
  text: string,
  options: readonly string[],
): { index: number; length: number } | null {
  const hits = options.flatMap((option, index) => {
    const pattern = new RegExp(`^${OPENING}${escapeRegExp(option)}(?![\\p{L}\\p{N}_])`, 'iu');
    const match = option === '' ? null : pattern.exec(text);
    return match === null ? [] : [{ index, length: match[0].length }];
  });
  return hits.reduce<{ index: number; length: number } | null>(
    (best, hit) => (best === null || hit.length > best.length ? hit : best),
    null,
  );
}

/** `B.`, `(B)`, `B:` or `{B}`; nothing when two different letters stand like that. */
function singleLetter(response: string, letters: string): Extraction | null {
  const pattern = new RegExp(
    `(?:\\(([${letters}])\\)|\\{([${letters}])\\}|(?<![\\p{L}\\p{N}_'’.])([${letters}])[.):](?![\\p{L}\\p{N}]))`,
    'gu',
  );
  const matches = [...response.matchAll(pattern)];
  const names = new Set(matches.map((match) => match[1] ?? match[2] ?? match[3]));
  const [first] = matches;
  const [name] = names;
  if (first === undefined || name === undefined || names.size !== 1) return null;
  return found(name, 'single-letter', [first.index, first.index + first[0].length]);
}

function optionText(response: string, options: readonly string[]): Extraction | null {
  const hits = options.flatMap((option, index) => {
    if (option.trim() === '') return [];
    const pattern = new RegExp(
      `(?<![\\p{L}\\p{N}_])${escapeRegExp(option)}(?![\\p{L}\\p{N}_])`,
      'iu',
    );
    const match = pattern.exec(response);
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
  return found(optionLetter(only.index), 'option-text', [only.begin, only.end]);
}

function found(letter: string, rule: string, span: readonly [number, number]): Extraction {
  return { choice: letter.toUpperCase(), rule, span };
}
