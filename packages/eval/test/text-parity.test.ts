import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type BleuSmoothing,
  bestTokenF1,
  corpusBleu,
  meteor,
  porterStem,
  requireWordNet,
  rouge,
  type RougeKind,
  sentenceBleu,
  tokenize13a,
  tokenizeTreebank,
} from '../src/index';

/** Written by tools/reference/metrics/generate.py. */
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`expected/${name}`, import.meta.url), 'utf8')) as T;

type Pair = [prediction: string, references: string[]];

const { pairs, corpus } = read<{ pairs: Pair[]; corpus: Record<string, number> }>(
  'text-pairs.json',
);
const SMOOTHINGS: readonly BleuSmoothing[] = ['none', 'floor', 'add-k', 'exp'];
const KINDS: readonly RougeKind[] = ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'];
const TOLERANCE = 1e-8;

/** Compares one value a pair, and names the pair that differs. */
function expectEach<T>(
  wanted: readonly T[] | undefined,
  score: (prediction: string, references: string[]) => T,
): void {
  expect(wanted).toHaveLength(pairs.length);
  pairs.forEach(([prediction, references], index) => {
    const own = [score(prediction, references)].flat() as number[];
    [wanted?.[index]].flat().forEach((value, part) => {
      const difference = Math.abs((own[part] ?? NaN) - (value as number));
      expect(
        difference <= TOLERANCE,
        `pair ${index}: ${JSON.stringify([prediction, references])} gives ${own.join(' ')}, expected ${JSON.stringify(wanted?.[index])}`,
      ).toBe(true);
    });
  });
}

it('has more than 500 pairs', () => {
  expect(pairs.length).toBeGreaterThan(500);
});

describe('tokenizers', () => {
  const tokens = read<{ texts: string[]; treebank: string[][]; '13a': string[][] }>('tokens.json');

  it.each([
    ['treebank', tokenizeTreebank],
    ['13a', tokenize13a],
  ] as const)('%s falls apart as the reference does', (name, tokenize) => {
    tokens.texts.forEach((text, index) => {
      expect(tokenize(text), JSON.stringify(text)).toEqual(tokens[name][index]);
    });
  });
});

describe('BLEU equals sacrebleu', () => {
  const columns = read<Record<string, number[]> & { 'bleu-smoothings': number[][] }>(
    'text-pairs-bleu.json',
  );

  it.each([1, 2, 3, 4])('of sentences, order %i', (maxOrder) => {
    expectEach(columns[`sentence-bleu-${maxOrder}`], (prediction, references) =>
      sentenceBleu(prediction, references, { maxOrder }),
    );
  });

  it('of sentences, with each smoothing', () => {
    expectEach(columns['bleu-smoothings'], (prediction, references) =>
      SMOOTHINGS.map((smoothing) =>
        sentenceBleu(prediction, references, { smoothing, effectiveOrder: smoothing !== 'none' }),
      ),
    );
  });

  it('of the corpus, each order and smoothing', () => {
    for (const maxOrder of [1, 2, 3, 4]) {
      for (const smoothing of SMOOTHINGS) {
        const own = corpusBleu(
          pairs.map(([prediction, references]) => ({ prediction, references })),
          { maxOrder, smoothing },
        );
        expect(own).toBeCloseTo(corpus[`bleu-${maxOrder}-${smoothing}`] ?? NaN, 8);
      }
    }
  });
});

describe('ROUGE equals rouge-score', () => {
  const columns = read<Record<string, number[][]>>('text-pairs-rouge.json');

  it.each(KINDS.flatMap((kind) => [false, true].map((stemming) => [kind, stemming] as const)))(
    '%s, stemming %s',
    (kind, stemming) => {
      expectEach(columns[`${kind}${stemming ? '-stem' : ''}`], (prediction, references) => {
        const { precision, recall, f1 } = rouge(prediction, references, { kind, stemming });
        return [precision, recall, f1];
      });
    },
  );
});

describe('METEOR equals NLTK', () => {
  const columns = read<Record<string, number[]>>('text-pairs-meteor-and-tokens.json');
  const wordnet = requireWordNet();

  it('with WordNet', () => {
    expectEach(columns['meteor'], (prediction, references) =>
      meteor(prediction, references, { wordnet, tokenize: tokenizeTreebank }),
    );
  });

  it('without WordNet', () => {
    expectEach(columns['meteor-exact-stem'], (prediction, references) =>
      meteor(prediction, references, { tokenize: tokenizeTreebank }),
    );
  });

  it('on words between blanks', () => {
    expectEach(columns['meteor-whitespace'], (prediction, references) =>
      meteor(prediction, references, {
        wordnet,
        tokenize: (text) => text.split(/\s+/).filter(Boolean),
      }),
    );
  });

  it('stems as NLTK does', () => {
    const { words, stems } = read<{ words: string[]; stems: string[] }>('stems.json');
    expect(words.length).toBeGreaterThan(1000);
    expect(words.map(porterStem)).toEqual(stems);
  });

  it('finds the same synonyms', () => {
    const { words, synonyms } = read<{ words: string[]; synonyms: string[][] }>('synonyms.json');
    words.forEach((word, index) => {
      expect([...wordnet.synonyms(word)].sort(), word).toEqual([...(synonyms[index] ?? [])].sort());
    });
  });
});

it("Token-F1, precision and recall equal SQuAD's", () => {
  const { squad } = read<{ squad: number[][] }>('text-pairs-meteor-and-tokens.json');
  expectEach(squad, (prediction, references) => {
    const { precision, recall, f1 } = bestTokenF1(prediction, references);
    return [precision, recall, f1];
  });
});
