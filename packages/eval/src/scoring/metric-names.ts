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
import { type OwnMetric, ownMetric } from './own-metric';
import { type QuestionKind, questionKind } from './prediction-row';
import type { Metric } from './metric';
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

const FACTORIES: Readonly<Record<string, (options: MetricOptions) => Metric>> = {
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

/** Metrics that a set of predictions is scored by when none is named: one for each kind of question. */
export const DEFAULT_METRICS: readonly string[] = ['accuracy', 'token-f1:open'];

/** A metric, and the name it was asked for by. */
export interface NamedMetric {
  /** As the caller wrote it: results carry it. */
  asked: string;
  /** Heading in tables; no two of one list are equal. */
  title: string;
  metric: Metric;
}

/** Metrics of the user, by the names they may be asked for. */
export type OwnMetrics = ReadonlyMap<string, OwnMetric>;

/**
 * Makes metrics by name; case, hyphens and underscores do not matter (`rougeL`, `BLEU_4`). `rouge` stands
 * for all four of its kinds. `token-f1:open` is a metric on open questions alone, `:closed` on closed ones.
 *
 * @throws ConfigError listing the names; MissingDataError for a metric that lacks its checkpoint or WordNet
 */
export function createMetrics(
  names: readonly string[],
  { own = NO_OWN, ...options }: MetricOptions & { own?: OwnMetrics } = {},
): NamedMetric[] {
  const unknown = names.filter((name) => !isMetricName(name, own));
  if (names.length === 0 || unknown.length > 0) {
    const known = ['rouge', ...METRIC_NAMES, ...own.keys()].join(', ');
    throw new ConfigError(
      `metrics: ${unknown.length === 0 ? 'none given' : 'unknown name'}; expected some of ${known}, got '${unknown.join(', ')}'`,
    );
  }
  const asked = new Map<string, MetricName>();
  for (const name of names) {
    const found = resolve(name, own);
    for (const one of found) {
      const suffix = one.kind === undefined ? '' : `:${one.kind}`;
      const key = found.length === 1 ? name : `${one.name}${suffix}`;
      if (!asked.has(key)) asked.set(key, one);
    }
  }
  const metrics = [...asked].map(([key, { name, kind }]) => {
    const custom = own.get(name);
    const metric =
      custom === undefined
        ? (FACTORIES[name] as (options: MetricOptions) => Metric)(options)
        : ownMetric(name, custom);
    return { asked: key, metric: kind === undefined ? metric : onlyKind(metric, kind) };
  });
  const titles = metrics.map(({ metric }) => metric.title ?? metric.name);
  return metrics.map((named, index) => {
    const title = titles[index] as string;
    const isOnly = titles.filter((other) => other === title).length === 1;
    return { ...named, title: isOnly ? title : named.asked };
  });
}

/** Says whether {@link createMetrics} knows a name. */
export function isMetricName(name: string, own: OwnMetrics = NO_OWN): boolean {
  return resolve(name, own).length > 0;
}

const NO_OWN: OwnMetrics = new Map();

/** A known name, and the questions it is limited to. */
interface MetricName {
  name: string;
  kind?: QuestionKind;
}

function resolve(asked: string, own: OwnMetrics): readonly MetricName[] {
  if (own.has(asked)) return [{ name: asked }];
  const [, base = asked, kind] = /^(.*):(open|closed)$/i.exec(asked) ?? [];
  const names = own.has(base) ? [base] : resolveBuiltIn(base);
  return names.map((name) =>
    kind === undefined ? { name } : { name, kind: kind.toLowerCase() as QuestionKind },
  );
}

function resolveBuiltIn(name: string): readonly string[] {
  const plain = compact(name);
  if (plain === 'rouge') return ROUGE_KINDS;
  const known = METRIC_NAMES.find((candidate) => compact(candidate) === plain) ?? ALIASES[plain];
  return known === undefined ? [] : [known];
}

function compact(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

/** A metric on one kind of question alone. */
function onlyKind(metric: Metric, kind: QuestionKind): Metric {
  return {
    ...metric,
    variant: `${metric.variant}, ${kind} questions`,
    score: async (rows) => {
      const own = rows.filter((row) => questionKind(row) === kind);
      const scores = await metric.score(own);
      const scoreOf = new Map(own.map((row, index) => [row, scores[index] ?? null]));
      return rows.map((row) => scoreOf.get(row) ?? null);
    },
  };
}
