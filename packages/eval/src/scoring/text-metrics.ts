import { MissingDataError } from '@omnict/core';
import {
  bleuFromStatistics,
  type BleuOptions,
  type BleuStatistics,
  bleuStatistics,
  sentenceBleu,
} from '../metrics/bleu';
import { exactMatch } from '../metrics/exact-match';
import { meteor } from '../metrics/meteor';
import { rouge, type RougeKind } from '../metrics/rouge';
import { bestTokenF1 } from '../metrics/token-f1';
import { splitWords } from '../text/python-text';
import { tokenize13a } from '../text/tokenize-13a';
import { tokenizeTreebank, tokenizeWords } from '../text/tokenize-treebank';
import { requireWordNet } from '../text/wordnet';
import type { MetricOptions, MeteorTokenizer } from './metric-options';
import { meanMetric, type Metric } from './metric';

const OVERLAP_PARTS = ['precision', 'recall'] as const;

const TOKENIZERS: Readonly<Record<MeteorTokenizer, (text: string) => string[]>> = {
  'word-tokenize': tokenizeWords,
  treebank: tokenizeTreebank,
  whitespace: splitWords,
  '13a': tokenize13a,
};

/** BLEU of the whole file. */
export function corpusBleuMetric(
  name: string,
  maxOrder: number,
  { bleuSmoothing: smoothing = 'exp' }: MetricOptions,
): Metric {
  const options: BleuOptions = { maxOrder, smoothing };
  const statisticsOf = (sums: readonly number[]): BleuStatistics => ({
    predictionLength: sums[0] ?? 0,
    referenceLength: sums[1] ?? 0,
    matches: sums.slice(2, 2 + maxOrder),
    totals: sums.slice(2 + maxOrder),
  });
  return {
    name,
    variant: `sacrebleu BLEU-${maxOrder}, tok:13a, case:mixed, smooth:${smoothing}, corpus`,
    aggregation: 'corpus',
    score: (rows) =>
      Promise.resolve(
        rows.map(({ prediction, references }) => {
          if (references.length === 0) return null;
          const counts = bleuStatistics(prediction, references, options);
          const { predictionLength, referenceLength, matches, totals } = counts;
          return { statistics: [predictionLength, referenceLength, ...matches, ...totals] };
        }),
      ),
    finish: (sums) => ({ value: bleuFromStatistics(statisticsOf(sums), options) }),
    sampleValue: (statistics) =>
      bleuFromStatistics(statisticsOf(statistics), { ...options, effectiveOrder: true }),
  };
}

/** Mean of sentence BLEU: another number than the file's. */
export function sentenceBleuMetric(
  name: string,
  maxOrder: number,
  { bleuSmoothing: smoothing = 'exp' }: MetricOptions,
): Metric {
  return meanMetric(
    {
      name,
      variant: `sacrebleu sentence BLEU-${maxOrder}, tok:13a, case:mixed, eff:yes, smooth:${smoothing}`,
    },
    ({ prediction, references }) => [sentenceBleu(prediction, references, { maxOrder, smoothing })],
  );
}

/** ROUGE F1, with precision and recall. */
export function rougeMetric(kind: RougeKind, { stemming = false }: MetricOptions): Metric {
  return meanMetric(
    {
      name: kind,
      variant: `rouge-score ${kind} F1, ${stemming ? 'Porter stems' : 'no stemming'}`,
      parts: OVERLAP_PARTS,
    },
    ({ prediction, references }) => {
      const { f1, precision, recall } = rouge(prediction, references, { kind, stemming });
      return [f1, precision, recall];
    },
  );
}

/** METEOR. @throws MissingDataError when WordNet is not installed */
export function meteorMetric({
  wordnet,
  meteorTokenizer = 'word-tokenize',
}: MetricOptions): Metric {
  const net = wordnet ?? requireWordNet();
  return meanMetric(
    { name: 'meteor', variant: `nltk METEOR, WordNet ${net.version}, ${meteorTokenizer}` },
    ({ prediction, references }) => [
      meteor(prediction, references, { wordnet: net, tokenize: TOKENIZERS[meteorTokenizer] }),
    ],
  );
}

/** METEOR without synonyms: a smaller number under its own name. */
export function meteorExactStemMetric({
  meteorTokenizer = 'word-tokenize',
}: MetricOptions): Metric {
  return meanMetric(
    { name: 'meteor-exact-stem', variant: `nltk METEOR without WordNet, ${meteorTokenizer}` },
    ({ prediction, references }) => [
      meteor(prediction, references, { tokenize: TOKENIZERS[meteorTokenizer] }),
    ],
  );
}

/** One of SQuAD's token scores; the value is named by the metric. */
export function tokenMetric(name: 'token-f1' | 'token-precision' | 'token-recall'): Metric {
  const part = name === 'token-f1' ? 'f1' : name === 'token-recall' ? 'recall' : 'precision';
  return meanMetric(
    {
      name,
      title: part === 'f1' ? 'Token-F1' : `Token ${part}`,
      variant: `SQuAD token ${part}, multisets, best reference by F1`,
      parts: OVERLAP_PARTS,
    },
    ({ prediction, references }) => {
      const overlap = bestTokenF1(prediction, references);
      return [overlap[part], overlap.precision, overlap.recall];
    },
  );
}

/** SQuAD's exact match. */
export function exactMatchMetric(): Metric {
  return {
    ...meanMetric(
      { name: 'exact-match', variant: 'SQuAD exact match, any reference' },
      ({ prediction, references }) => [
        references.some((reference) => exactMatch(prediction, reference)) ? 1 : 0,
      ],
    ),
    isProportion: true,
  };
}

/** What a metric lacks. */
export function missingPart(metric: string, what: string, remedy: string): MissingDataError {
  return new MissingDataError(`${metric}: no ${what} given; expected one; ${remedy}`);
}
