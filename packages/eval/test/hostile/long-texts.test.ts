import { describe, expect, it } from 'vitest';
import {
  EXTRACTION_PRESETS,
  judgeClosed,
  labelByRules,
  meteor,
  rouge,
  sentenceBleu,
  splitSentences,
  tokenizeTreebank,
} from '../../src/index';

/** Length of a text that a broken or hostile server may answer with. */
const LENGTH = 50_000;

/** The same for what takes so long only in the square or the cube of the length. */
const SHORTER = 15_000;

/** Processor time that one takes at most; what is quadratic takes tens of seconds. */
const SECONDS = 3;

const REFERENCE = 'There is a lung nodule in the left lower lobe.';

function repeat(piece: string, { before = '', after = '', length = LENGTH } = {}): string {
  return before + piece.repeat(Math.ceil(length / piece.length)).slice(0, length) + after;
}

const numberedLines = (count: number, words: string): string =>
  Array.from({ length: count }, (_, line) => `${line} ${words}`).join('\n');

/** Processor seconds of this process that a call takes. */
function secondsOf(call: () => unknown): number {
  const begin = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

/** Synonyms that cost nothing: WordNet's are remembered by word. */
const WORDNET = { synonyms: (word: string): Set<string> => new Set([word]) };

describe('a long text takes little time', () => {
  it.each<[string, string, (text: string) => unknown]>([
    [
      'BLEU of blanks between words',
      repeat(' ', { before: 'x', after: 'x' }),
      (text) => sentenceBleu(text, [REFERENCE]),
    ],
    [
      'ROUGE-L of two long texts',
      repeat('a b '),
      (text) => rouge(text, [`${text.slice(1)} c`], { kind: 'rouge-l' }),
    ],
    [
      'ROUGE-Lsum of two long texts in lines',
      repeat('a b\nb a\n'),
      (text) => rouge(text, [`${text.slice(1)} c`], { kind: 'rouge-lsum' }),
    ],
    [
      'ROUGE-Lsum of two long lines with another',
      repeat('a b ', { length: SHORTER }),
      (text) => rouge(`c\n${text}`, [`${text.slice(1)} c`], { kind: 'rouge-lsum' }),
    ],
    [
      'ROUGE-Lsum of thousands of different lines that share words',
      numberedLines(4000, 'a b'),
      (text) => rouge(text, [numberedLines(4000, 'b a')], { kind: 'rouge-lsum' }),
    ],
    [
      "Porter's stem of one letter",
      repeat('y'),
      (text) => rouge(text, [REFERENCE], { kind: 'rouge-1', stemming: true }),
    ],
    [
      'METEOR of signs without a match',
      repeat('-('),
      (text) => meteor(text, [REFERENCE], { wordnet: WORDNET }),
    ],
    [
      'METEOR of abbreviations',
      repeat('Dr. '),
      (text) => meteor(text, [REFERENCE], { wordnet: WORDNET }),
    ],
    [
      'tokens of blanks behind a full stop',
      repeat(' ', { before: 'no.', after: 'x' }),
      tokenizeTreebank,
    ],
    ['sentences of abbreviations', repeat('e.g. '), splitSentences],
    ['abnormalities, one word of two', repeat('calcified '), labelByRules],
    ['abnormalities, blanks', repeat(' ', { before: 'no', after: 'x' }), labelByRules],
    [
      'abnormalities, blanks after a comma',
      repeat(' ', { before: 'x,', after: 'x' }),
      labelByRules,
    ],
    ['abnormalities, letters with stops', repeat('x. '), labelByRules],
  ])('%s', (_, text, score) => {
    expect(secondsOf(() => score(text))).toBeLessThan(SECONDS);
  });

  const options = ['liver', 'lung nodule', 'left lower lobe', 'lower lobe'];

  it.each<[string, string, { before?: string; after?: string }?]>([
    ['letters', 'A '],
    ['alternatives', 'A or B '],
    ['letters in brackets', '(A) '],
    ['options', 'liver '],
    ['options in options', 'left lower lobe '],
    ['markers', 'answer:'],
    ['markers of other presets', '\\boxed{'],
    ['signs', '(', { before: 'x', after: 'x' }],
    ['yes and no', 'yes no ', { before: 'well ' }],
  ])('closed answer, %s', (_, piece, place = {}) => {
    const text = repeat(piece, { ...place, length: SHORTER });
    for (const preset of EXTRACTION_PRESETS) {
      const seconds = secondsOf(() => {
        judgeClosed(text, { options, answer: 'liver' }, preset);
        judgeClosed(text, { answer: 'yes' }, preset);
      });
      expect(seconds, preset).toBeLessThan(SECONDS);
    }
  });
});
