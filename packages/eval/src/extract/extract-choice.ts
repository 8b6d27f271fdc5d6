import { AMBIGUOUS, type Extraction, letterIndex, NOTHING, optionLetter } from './extraction';
import { extractYesNoFrom } from './extract-yes-no';
import { answerAfterMarker } from './answer-marker';
import {
  letterMentions,
  type Mention,
  type Options,
  prepareOptions,
  textMentions,
} from './mentions';
import { normalizeText } from './normalize-text';
import { answerBegin } from './reasoning';

/**
 * Extracts which option a response names: a letter, or an option's text.
 *
 * Never guesses: no random letter, no nearest string, nothing out of a denial (`not A`) or of
 * alternatives (`A or B`). What counts is what follows the last block of reasoning, in one spelling
 * (`normalizeText`). In this order: the whole response is a letter or an option's text; what the
 * last marker names (`answer is`, `Answer:`, `\boxed{`); a letter alone on the first or last line;
 * letters that are pointed at (`B.`, `(B)`, `B) tumour`, `I choose B.`, `B is correct`), when only one is
 * and another option's text does not follow it; options' texts, when only one occurs.
 *
 * @param options texts in the order A, B, C, ...; or how many there are, when their texts are unknown
 */
export function extractChoice(response: string, options: readonly string[] | number): Extraction {
  const prepared = prepareOptions(options);
  const start = answerBegin(response);
  if (start === null || prepared.count === 0) return NOTHING;
  const { text, spanOf } = normalizeText(response.slice(start));
  const found = extractFrom(text, prepared);
  if (found.choice === null || found.span === null) return found;
  const [begin, end] = spanOf(...found.span);
  return { ...found, span: [start + begin, start + end] };
}

function extractFrom(text: string, options: Options): Extraction {
  const whole = wholeAnswer(text, options);
  if (whole !== null) return whole;
  if (isYesOrNo(options)) return yesNoOption(text, options);
  const marked = answerAfterMarker(text, options);
  const line = letterLine(text, options);
  if (marked !== null && line !== null && marked.choice !== line.choice) return AMBIGUOUS;
  if (marked !== null || line !== null) return marked ?? line ?? NOTHING;
  const texts = textMentions(text, options);
  return (
    pointedLetter(text, letterMentions(text, options, texts), texts) ??
    onlyMention(texts, 'option-text') ??
    NOTHING
  );
}

/** A letter or an option's text, with nothing but signs around it. */
function wholeAnswer(text: string, options: Options): Extraction | null {
  const letter = /^[^\p{L}\p{N}\u00ac\u2260!~]*([A-Z]{1,2})[^\p{L}\p{N}]*$/iu.exec(text)?.[1];
  const byLetter = letter === undefined ? -1 : letterIndex(letter);
  const bare = stripSigns(text.toLowerCase());
  const byText = options.texts.findIndex((option) => option !== '' && stripSigns(option) === bare);
  const hasLetter = byLetter >= 0 && byLetter < options.count;
  if (hasLetter && byText >= 0 && byText !== byLetter) return AMBIGUOUS;
  if (hasLetter) return found(byLetter, 'letter-only', [0, text.length]);
  return byText < 0 || bare === '' ? null : found(byText, 'text-only', [0, text.length]);
}

function isYesOrNo({ texts }: Options): boolean {
  return texts.length === 2 && ['yes', 'no'].every((word) => texts.includes(word));
}

/** `Yes, there is no effusion` is yes: the options are words that also stand in sentences. */
function yesNoOption(text: string, options: Options): Extraction {
  const marked = answerAfterMarker(text, options);
  if (marked !== null) return marked;
  const { choice, rule, span } = extractYesNoFrom(text);
  if (choice === null || span === null) {
    const letters = letterMentions(text, options, []);
    return pointedLetter(text, letters) ?? { choice: null, rule, span };
  }
  return found(options.texts.indexOf(choice), rule, span);
}

/** A letter alone on the first or the last line; two different ones say nothing. */
function letterLine(text: string, { count }: Options): Extraction | null {
  const lines = text.split('\n');
  if (lines.length < 2) return null;
  const [first, last] = [lines[0] ?? '', lines.at(-1) ?? ''];
  const read = (line: string): number => {
    const letter = /^[^\p{L}\p{N}\u00ac\u2260!~]*([A-Z]{1,2})[^\p{L}\p{N}]*$/u.exec(line)?.[1];
    const index = letter === undefined ? -1 : letterIndex(letter);
    return index < count ? index : -1;
  };
  const [onFirst, onLast] = [read(first), read(last)];
  if (onFirst >= 0 && onLast >= 0 && onFirst !== onLast) return AMBIGUOUS;
  if (onFirst >= 0) return found(onFirst, 'first-line', [0, first.length]);
  return onLast < 0 ? null : found(onLast, 'last-line', [text.length - last.length, text.length]);
}

/** Words that point at the letter after them. */
const POINTER =
  /(?:\b(?:is|be|it's|that's|choose|chose|select|selected|pick|picked|option|choice|answer|letter|say|with|therefore|thus|so|hence|definitely|probably|clearly|are|to)|选择?|选项|是|为) ?["'*_`(]*$/iu;

/** Characters before a letter in which a pointer ends: words of ten and signs around the letter. */
const POINTER_REACH = 100;

/** What calls a letter right. */
const STATED =
  /^["'*_`)\].:]* ?(?:(?:is|was|would be|seems|appears to be)(?: the)?(?: most(?: likely)?| best| only)?(?: correct| right| true)?(?: answer| option| choice| one| diagnosis)?(?=[\s.,;:!*]|$)(?<=correct|right|true|answer|option|choice|one|diagnosis)|正确|对)/iu;

/** Between a letter and its option's text in a list: `B) tumour`. */
const LISTED = /^["'*_`]*[.):\]]["'*_`]* ?/;

/**
 * The letter that is pointed at, when only one is. One with its option's text is, wherever it stands, so
 * that a list of all options names none; one with another option's text contradicts itself.
 */
function pointedLetter(
  text: string,
  letters: readonly Mention[],
  texts: readonly Mention[] = [],
): Extraction | null {
  const textAt = new Map(texts.map(({ begin, index }) => [begin, index]));
  const listed = ({ end }: Mention): number | undefined => {
    const signs = LISTED.exec(text.slice(end))?.[0];
    return signs === undefined ? undefined : textAt.get(end + signs.length);
  };
  const stated = letters.filter(({ end, isDenied }) => !isDenied && STATED.test(text.slice(end)));
  if (stated.length > 0) return onlyMention(stated, 'stated');
  const pointed = letters.filter(
    (letter) =>
      listed(letter) === letter.index ||
      isPointed(
        text.slice(Math.max(0, letter.begin - POINTER_REACH), letter.begin),
        text.slice(letter.end),
      ),
  );
  const contradicts = pointed.some((letter) => (listed(letter) ?? letter.index) !== letter.index);
  return contradicts ? AMBIGUOUS : onlyMention(pointed, 'single-letter');
}

/** Brackets around, or a sign after a letter that starts a statement or follows a word that points. */
function isPointed(before: string, after: string): boolean {
  const last = before.at(-1) ?? '';
  const next = after[0] ?? '';
  if ('([{'.includes(last) && last !== '' && ')]}'.includes(next) && next !== '') return true;
  if (!/^["'*_`]*(?:[.):,;!?\]]|\n|$)/.test(after)) return false;
  return /(?:^|[\n.,;:!?*#>] ?["'*_`(]*)$/.test(before) || POINTER.test(before);
}

/** The one option that mentions agree on; ambiguous when two do, or when what is named is denied too. */
function onlyMention(mentions: readonly Mention[], rule: string): Extraction | null {
  const [first] = mentions;
  if (first === undefined) return null;
  const named = new Set(mentions.filter((one) => !one.isDenied).map(({ index }) => index));
  const denied = new Set(mentions.filter((one) => one.isDenied).map(({ index }) => index));
  const [index] = named;
  if (index === undefined || named.size > 1 || denied.has(index)) return AMBIGUOUS;
  const { begin, end } = mentions.find((one) => one.index === index) ?? first;
  return found(index, rule, [begin, end]);
}

function stripSigns(text: string): string {
  // A run of signs is tried from its begin only, else long ones take quadratic time.
  return text.replace(/^[^\p{L}\p{N}+-]+|(?<![^\p{L}\p{N}%+-])[^\p{L}\p{N}%+-]+$/gu, '');
}

function found(index: number, rule: string, span: readonly [number, number]): Extraction {
  return { choice: optionLetter(index), rule, span };
}
