import { CT_RATE_LABELS } from '@omnict/core';
import { countLabels, labelScores } from '../metrics/abnormality-labels';
import {
  bertScore,
  DocumentFrequencies,
  type EncodedText,
  type TokenEncoder,
} from '../metrics/bert-score';
import { sentenceBleu } from '../metrics/bleu';
import { embeddingSimilarity } from '../metrics/embedding-similarity';
import { OPEN_QA_WEIGHTS, openQaScore } from '../metrics/open-qa-score';
import { type Overlap, rouge } from '../metrics/rouge';
import { RULE_LABELLER } from '../metrics/rule-labeller';
import { bestTokenF1 } from '../metrics/token-f1';
import type { MetricOptions } from './metric-options';
import type { PredictionRow } from './prediction-row';
import { meanOf, type Metric } from './metric';
import { missingPart } from './text-metrics';

/** BERTScore F1, with precision and recall. @throws MissingDataError without a checkpoint */
export function bertScoreMetric(options: MetricOptions): Metric {
  const scorer = new BertScorer(options);
  return {
    name: 'bertscore',
    variant: `${scorer.description}, mean of samples`,
    aggregation: 'mean',
    minimum: -Infinity, // rescaled values may be negative
    ...(options.idf === true && { collect: (rows) => scorer.collect(rows) }),
    score: async (rows) =>
      (await scorer.score(rows)).map(
        (overlap) => overlap && { statistics: [overlap.f1, overlap.precision, overlap.recall] },
      ),
    finish: (sums, count) => meanOf(sums, count, ['precision', 'recall']),
  };
}

/** Cosine of sentence vectors. @throws MissingDataError without a checkpoint */
export function embeddingMetric({ embedder }: MetricOptions): Metric {
  if (embedder === undefined)
    throw missingPart(
      'embedding-similarity',
      'sentence encoder',
      'name the folder of a sentence-transformers checkpoint with --sentence-encoder',
    );
  return {
    name: 'embedding-similarity',
    variant: `cosine of sentence vectors of ${embedder.name}, mean of samples`,
    aggregation: 'mean',
    minimum: -1,
    score: async (rows) => {
      const values = await embeddingSimilarity(embedder, withReferences(rows));
      let next = 0;
      return rows.map(({ references }) =>
        references.length === 0 ? null : { statistics: [values[next++] as number] },
      );
    },
    finish: (sums, count) => meanOf(sums, count, []),
  };
}

/** The paper's weighted score of open answers. @throws MissingDataError without a checkpoint, unless BERTScore weighs nothing */
export function openQaMetric(options: MetricOptions, name = 'open-qa'): Metric {
  const weights = options.openQaWeights ?? OPEN_QA_WEIGHTS;
  const scorer = weights.bertScore === 0 ? undefined : new BertScorer(options);
  const { bleu, rouge: rougeWeight, tokenF1, bertScore: bertWeight } = weights;
  return {
    name,
    variant: `weighted mean of sentence BLEU-1 (${bleu}), ROUGE-L F1 (${rougeWeight}), Token-F1 (${tokenF1}), BERTScore F1 (${bertWeight}${scorer === undefined ? '' : `, ${scorer.description}`}), mean of samples`,
    aggregation: 'mean',
    score: async (rows) => {
      const semantic = await scorer?.score(rows);
      return rows.map(({ prediction, references }, index) => {
        if (references.length === 0) return null;
        const parts = {
          bleu: sentenceBleu(prediction, references, { maxOrder: 1 }),
          rouge: rouge(prediction, references, { kind: 'rouge-l' }).f1,
          tokenF1: bestTokenF1(prediction, references).f1,
          bertScore: semantic?.[index]?.f1 ?? 0,
        };
        return { statistics: [openQaScore(parts, weights)], detail: parts };
      });
    },
    finish: (sums, count) => meanOf(sums, count, []),
  };
}

/** The open-QA score without its BERTScore, for want of a checkpoint: another number, so another name. */
export function openQaLexicalMetric(options: MetricOptions): Metric {
  const weights = { ...(options.openQaWeights ?? OPEN_QA_WEIGHTS), bertScore: 0 };
  return openQaMetric({ ...options, openQaWeights: weights }, 'open-qa-lexical');
}

/** Abnormalities that prediction and reference name: macro F1, with macro and micro parts. */
export function abnormalityMetric({ labeller = RULE_LABELLER }: MetricOptions): Metric {
  const size = CT_RATE_LABELS.length;
  return {
    name: 'abnormality-f1',
    variant: `macro F1 over ${size} CT-RATE labels found by ${labeller.name}, corpus`,
    aggregation: 'corpus',
    score: async (rows) => {
      const predicted = await labeller.label(rows.map(({ prediction }) => prediction));
      const expected = await labeller.label(rows.map(({ references }) => references[0] ?? ''));
      return rows.map(({ references }, index) => {
        if (references.length === 0) return null;
        const counts = countLabels(predicted[index] ?? [], expected[index] ?? []);
        const { truePositives, falsePositives, falseNegatives } = counts;
        return { statistics: [...truePositives, ...falsePositives, ...falseNegatives] };
      });
    },
    finish: (sums) => {
      const { macro, micro } = labelScores({
        truePositives: sums.slice(0, size),
        falsePositives: sums.slice(size, 2 * size),
        falseNegatives: sums.slice(2 * size),
      });
      return {
        value: macro.f1,
        precision: macro.precision,
        recall: macro.recall,
        microPrecision: micro.precision,
        microRecall: micro.recall,
        microF1: micro.f1,
      };
    },
  };
}

/** BERTScore of rows, the best of their references part by part, as bert-score takes it. */
class BertScorer {
  private readonly encoder: TokenEncoder;
  private readonly frequencies = new DocumentFrequencies();

  constructor(private readonly options: MetricOptions) {
    const { tokenEncoder } = options;
    if (tokenEncoder === undefined)
      throw missingPart(
        'bertscore',
        'encoder',
        'name the folder of a BERT or RoBERTa checkpoint with --encoder',
      );
    this.encoder = tokenEncoder;
  }

  get description(): string {
    const { idf = false, baseline } = this.options;
    return `BERTScore ${this.encoder.name}_${idf ? 'idf' : 'no-idf'}${baseline === undefined ? '' : '-rescaled'}`;
  }

  collect(rows: readonly PredictionRow[]): Promise<void> {
    for (const { references } of rows)
      for (const reference of references) this.frequencies.add(this.encoder.tokenize(reference));
    return Promise.resolve();
  }

  async score(rows: readonly PredictionRow[]): Promise<(Overlap | null)[]> {
    const texts = [
      ...new Set(
        withReferences(rows).flatMap(({ prediction, references }) => [prediction, ...references]),
      ),
    ];
    const encoded = await this.encoder.encode(texts);
    const encodedOf = new Map(texts.map((text, index) => [text, encoded[index] as EncodedText]));
    const { idf = false, baseline } = this.options;
    const parts = {
      ...(idf && { weight: (id: number) => this.frequencies.weight(id) }),
      ...(baseline !== undefined && { baseline }),
    };
    return rows.map(({ prediction, references }) => {
      const scores = references.map((reference) =>
        bertScore(
          encodedOf.get(prediction) as EncodedText,
          encodedOf.get(reference) as EncodedText,
          parts,
        ),
      );
      if (scores.length === 0) return null;
      const best = (part: keyof Overlap): number => Math.max(...scores.map((score) => score[part]));
      return { precision: best('precision'), recall: best('recall'), f1: best('f1') };
    });
  }
}

function withReferences(rows: readonly PredictionRow[]): PredictionRow[] {
  return rows.filter(({ references }) => references.length > 0);
}
