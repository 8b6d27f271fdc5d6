import { ConfigError, FormatError } from '@omnict/core';
import { normalizeAnswer } from '../metrics/token-f1';
import { extractChoice } from './extract-choice';
import { extractYesNo } from './extract-yes-no';
import { type Extraction, letterIndex, NOTHING, optionLetter } from './extraction';
import { normalizeText } from './normalize-text';
import { equalNumbers } from './number-answer';
import { withoutReasoning } from './reasoning';
import { extractLikeM3d } from './presets/m3d';
import { extractLikeMedEvalKit, extractYesNoLikeMedEvalKit } from './presets/medevalkit';
import { extractLikeVlmEvalKit } from './presets/vlmevalkit';

/** Whose rules decide what a response says; `omnict` never guesses, the others are for comparison. */
export const EXTRACTION_PRESETS = ['omnict', 'm3d', 'medevalkit', 'vlmevalkit'] as const;

/** One of the presets. */
export type ExtractionPreset = (typeof EXTRACTION_PRESETS)[number];

/** A question with one right answer. */
export interface ClosedQuestion {
  /** Texts in the order A, B, C, ...; absent for yes-no and other questions. */
  options?: readonly string[] | undefined;
  /** Text or letter of the right option, yes or no, or another short answer. */
  answer: string;
}

/** What a closed question's response said, and whether that is right. */
export interface ClosedJudgement extends Extraction {
  /** What the response had to say: a letter, yes, no, or the answer's text. */
  expected: string;
  isCorrect: boolean;
}

/** Options assumed when the right answer is a letter and no options are given. */
const UNKNOWN_OPTIONS = 10;

/**
 * Judges a response to a closed question by rules; what they cannot read is wrong, with a null choice.
 * Answers that are neither option, letter, yes nor no count as right when they are equal as numbers with
 * units, or as texts after {@link normalizeAnswer}.
 *
 * @throws FormatError when the right answer is none of the options
 */
export function judgeClosed(
  response: string,
  question: ClosedQuestion,
  preset: ExtractionPreset = 'omnict',
): ClosedJudgement {
  const { options, answer } = question;
  const plain = answer.trim().toLowerCase();
  if (options !== undefined && options.length > 0) {
    const right = rightOption(options, answer);
    const extraction = extractOption(response, { options, right, preset });
    return judged(extraction, optionLetter(right));
  }
  if (plain === 'yes' || plain === 'no') {
    const extract = preset === 'medevalkit' ? extractYesNoLikeMedEvalKit : extractYesNo;
    return judged(extract(response), plain);
  }
  if (/^[a-j]$/.test(plain)) {
    const letter = plain.toUpperCase();
    if (preset !== 'm3d') return judged(extractChoice(response, UNKNOWN_OPTIONS), letter);
    const right = letter.charCodeAt(0) - 65;
    return judged(
      extractLikeM3d(response, {
        options: new Array<string>(UNKNOWN_OPTIONS).fill(''),
        answer: right,
      }),
      letter,
    );
  }
  return judgeText(preset === 'omnict' ? withoutReasoning(response) : response, answer);
}

/** Compares texts: as numbers where both are, else after SQuAD's normalization. */
function judgeText(response: string, answer: string): ClosedJudgement {
  const said = normalizeAnswer(normalizeText(response).text);
  const expected = normalizeAnswer(normalizeText(answer).text);
  if (said === '') return { ...NOTHING, expected, isCorrect: expected === '' };
  const asNumbers = equalNumbers(response, answer);
  return {
    choice: asNumbers === undefined ? said : normalizeText(response).text,
    rule: asNumbers === undefined ? 'whole-text' : 'number',
    span: [0, response.length],
    expected: asNumbers === undefined ? expected : normalizeText(answer).text,
    isCorrect: asNumbers ?? said === expected,
  };
}

/** The preset of a name. @throws ConfigError naming the known ones */
export function parseExtractionPreset(name: string): ExtractionPreset {
  const known = EXTRACTION_PRESETS.find((preset) => preset === name.toLowerCase());
  if (known !== undefined) return known;
  throw new ConfigError(
    `extraction: no such preset; expected one of ${EXTRACTION_PRESETS.join(', ')}, got '${name}'`,
  );
}

function extractOption(
  response: string,
  {
    options,
    right,
    preset,
  }: { options: readonly string[]; right: number; preset: ExtractionPreset },
): Extraction {
  switch (preset) {
    case 'omnict':
      return extractChoice(response, options);
    case 'm3d':
      return extractLikeM3d(response, { options, answer: right });
    case 'medevalkit':
      return extractLikeMedEvalKit(response, { options });
    case 'vlmevalkit':
      return extractLikeVlmEvalKit(response, { options });
  }
}

/** Position of the right option: by its text, else by its letter. */
function rightOption(options: readonly string[], answer: string): number {
  const exact = options.indexOf(answer);
  if (exact >= 0) return exact;
  const spell = (text: string): string => normalizeText(text).text.toLowerCase();
  const [wanted, texts] = [spell(answer), options.map(spell)];
  const byText = texts.indexOf(wanted);
  if (byText >= 0) return byText;
  const letter = /^\(?([a-z]{1,2})[).:]?(?:\s|$)/.exec(wanted)?.[1];
  const byLetter = letter === undefined ? -1 : letterIndex(letter);
  const rest = wanted.replace(/^\(?[a-z]{1,2}[).:]?\s*/, '');
  const fits = rest === '' || texts[byLetter] === rest;
  if (byLetter >= 0 && byLetter < options.length && fits) return byLetter;
  throw new FormatError(
    `answer: is none of the options; expected ${options.map((option, index) => `${optionLetter(index)} or '${option}'`).join(', ')}, got '${answer}'; correct the row`,
  );
}

function judged(extraction: Extraction, expected: string): ClosedJudgement {
  return { ...extraction, expected, isCorrect: extraction.choice === expected };
}
