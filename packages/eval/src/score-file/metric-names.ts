import { ConfigError } from '@omnict/core';
import { accuracyMetric, aurocMetric, optionLikelihoodMetric } from './closed-metrics';
import type { MetricOptions } from './metric-options';
import {
  abnormalityMetric,
  bertScoreMetric,
  embeddingMetric,
  openQaLexicalMetric,
  openQaMetric,
} from './model-metrics';
import type { SampleMetric } from './sample-metric';
import {
  corpusBleuMetric,
  exactMatchMetric,
  meteorExactStemMetric,
  meteorMetric,
  rougeMetric,
  sentenceBleuMetric,
  tokenMetric,
} from './text-metrics';

const ORDERS = [1, 2, 3, 4] as const;
const ROUGE_KINDS = ['rouge-1', 'rouge-2', 'rouge-l', 'rouge-lsum'] as const;

const FACTORIES: Readonly<Record<string, (options: MetricOptions) => SampleMetric>> = {
  accuracy: accuracyMetric,
  'option-likelihood': () => optionLikelihoodMetric('option-likelihood', 'none'),
  'option-likelihood-characters': () =>
    optionLikelihoodMetric('option-likelihood-characters', 'characters'),
  'option-likelihood-bytes': () => optionLikelihoodMetric('option-likelihood-bytes', 'bytes'),
  'exact-match': exactMatchMetric,
  'token-f1': () => tokenMetric('token-f1'),
  'token-precision': () => tokenMetric('token-precision'),
  'token-recall': () => tokenMetric('token-recall'),
  bleu: (options) => corpusBleuMetric('bleu', 4, options),
  ...Object.fromEntries(
    ORDERS.flatMap((order) => [
      [
        `bleu-${order}`,
        (options: MetricOptions) => corpusBleuMetric(`bleu-${order}`, order, options),
      ],
      [
        `sentence-bleu-${order}`,
        (options: MetricOptions) => sentenceBleuMetric(`sentence-bleu-${order}`, order, options),
      ],
    ]),
  ),
  'sentence-bleu': (options) => sentenceBleuMetric('sentence-bleu', 4, options),
  ...Object.fromEntries(
    ROUGE_KINDS.map((kind) => [kind, (options: MetricOptions) => rougeMetric(kind, options)]),
  ),
  meteor: meteorMetric,
  'meteor-exact-stem': meteorExactStemMetric,
  bertscore: bertScoreMetric,
  'embedding-similarity': embeddingMetric,
  'open-qa': (options) => openQaMetric(options),
  'open-qa-lexical': openQaLexicalMetric,
  'abnormality-f1': abnormalityMetric,
  auroc: aurocMetric,
};

/** Names that `--metrics` takes, beside `rouge` for all four. */
export const METRIC_NAMES: readonly string[] = Object.keys(FACTORIES);

/** Other ways to write a name, without blanks, hyphens and underscores. */
const ALIASES: Readonly<Record<string, string>> = {
  acc: 'accuracy',
  closedaccuracy: 'accuracy',
  multiplechoiceaccuracy: 'accuracy',
  f1: 'token-f1',
  squadf1: 'token-f1',
  em: 'exact-match',
  bertscoref1: 'bertscore',
  embeddings: 'embedding-similarity',
  openqascore: 'open-qa',
  abnormality: 'abnormality-f1',
  auc: 'auroc',
};

/** A metric, and the name it was asked for by. */
export interface NamedMetric {
  /** As the caller wrote it: results carry it. */
  asked: string;
  metric: SampleMetric;
}

/**
 * Metrics by name; case, hyphens and underscores do not matter (`rougeL`, `BLEU_4`). `rouge` stands for
 * all four of its kinds.
 *
 * @throws ConfigError listing the names; MissingDataError for a metric that lacks its checkpoint or WordNet
 */
export function createMetrics(
  names: readonly string[],
  options: MetricOptions = {},
): NamedMetric[] {
  const unknown = names.filter((name) => resolve(name).length === 0);
  if (names.length === 0 || unknown.length > 0) {
    throw new ConfigError(
      `metrics: ${unknown.length === 0 ? 'none given' : 'unknown name'}; expected some of ${['rouge', ...METRIC_NAMES].join(', ')}, got '${unknown.join(', ')}'`,
    );
  }
  const asked = new Map<string, string>();
  for (const name of names) {
    const found = resolve(name);
    for (const canonical of found) {
      const key = found.length === 1 ? name : canonical;
      if (!asked.has(key)) asked.set(key, canonical);
    }
  }
  return [...asked].map(([key, canonical]) => ({
    asked: key,
    metric: (FACTORIES[canonical] as (options: MetricOptions) => SampleMetric)(options),
  }));
}

function resolve(name: string): readonly string[] {
  const plain = compact(name);
  if (plain === 'rouge') return ROUGE_KINDS;
  const known = METRIC_NAMES.find((candidate) => compact(candidate) === plain) ?? ALIASES[plain];
  return known === undefined ? [] : [known];
}

function compact(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}
