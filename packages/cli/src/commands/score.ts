import {
  DEFAULT_METRICS,
  type Figure,
  INTERVAL_METHODS,
  type IntervalMethod,
  METEOR_TOKENIZERS,
  type MeteorTokenizer,
  METRIC_NAMES,
  parseExtractionPreset,
  scoreFile,
  type ScoreReport,
} from '@omnict/eval';
import { componentMetrics, COMPONENTS } from '@omnict/runner';
import { type Command, Option } from 'commander';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import {
  componentsOption,
  jsonOption,
  nameList,
  positiveInteger,
  properShare,
  wholeNumber,
} from '../options';
import { type Output, printResult } from '../output';
import { loadMetricModels } from '../metric-models';

interface ScoreOptions {
  predictions: string;
  references?: string;
  metrics: string[];
  groupBy: string[];
  components?: string[];
  samples?: string;
  clusterBy: string;
  interval: IntervalMethod;
  confidence: number;
  resamples: number;
  seed: number;
  extraction: string;
  stemming?: boolean;
  meteorTokenizer: MeteorTokenizer;
  allowMissing?: boolean;
  encoder?: string;
  layer?: number;
  idf?: boolean;
  baseline?: string;
  sentenceEncoder?: string;
  reportClassifier?: string;
  openQaWeights?: string;
  json?: boolean;
}

const HELP = `
Rows of predictions (JSON Lines): {id, prediction, reference | references, options?, answer?, organ?,
taskType?, category?, skill?, ...}; with --references the latter may stand in a second file, joined by id.
A sweep's and an evaluation's predictions.jsonl are such files: they score as there.

Metrics: rouge (all four), ${METRIC_NAMES.join(', ')}.
token-f1:open is a metric on open questions alone, exact-match:closed on closed ones.

Values lie in [0, 1]. With --json: {count, empty, unparsed, unparsedRate, scores: {name: value},
metrics: {name: {value, percent, count, interval, variant, ...}}, groups: {organ: {liver: {...}}}}.

Example:
  omnict score --predictions p.jsonl --metrics accuracy,bleu,rouge,token-f1 --json`;

/** `omnict score`: any model's answers, from files alone. */
export function defineScore(command: Command, output: Output): void {
  command
    .requiredOption('--predictions <file>', 'JSON Lines, one prediction a line')
    .option('--references <file>', 'JSON Lines with the references, joined by id')
    .option('--metrics <names>', 'separated by commas', nameList, [...DEFAULT_METRICS])
    .option('--group-by <fields>', 'further fields of rows to group by', nameList, [])
    .addOption(componentsOption())
    .option('--samples <file>', 'write what each metric says about each row')
    .option('--allow-missing', 'count references without a prediction as empty answers')
    .addOption(
      new Option('--extraction <preset>', 'whose rules read closed answers').default('omnict'),
    )
    .addOption(
      new Option('--interval <method>', 'how intervals are found')
        .choices(INTERVAL_METHODS)
        .default('closed-form'),
    )
    .option('--cluster-by <field>', 'field that names the patient or volume of a row', 'cluster')
    .option('--confidence <share>', 'of intervals', properShare, 0.95)
    .option('--resamples <count>', 'of the bootstrap', positiveInteger, 2000)
    .option('--seed <number>', 'of the bootstrap', wholeNumber, 0)
    .option('--stemming', 'ROUGE on stems')
    .addOption(
      new Option('--meteor-tokenizer <name>', 'how METEOR takes words apart')
        .choices(METEOR_TOKENIZERS)
        .default('word-tokenize'),
    )
    .option('--encoder <folder>', 'BERT or RoBERTa checkpoint, for bertscore and open-qa')
    .option('--layer <number>', 'layer of the encoder; default: the last', positiveInteger)
    .option('--idf', 'BERTScore: weigh rare tokens of the references more')
    .option('--baseline <file>', "BERTScore: rescale by this table (bert-score's TSV or CSV)")
    .option(
      '--sentence-encoder <folder>',
      'sentence-transformers checkpoint, for embedding-similarity',
    )
    .option('--report-classifier <folder>', 'checkpoint with 18 labels, for abnormality-f1')
    .option('--open-qa-weights <b,r,t,s>', 'weights of BLEU, ROUGE, Token-F1, BERTScore in open-qa')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options: ScoreOptions) => {
      const report = await score(options);
      printResult(output, report, {
        json: options.json,
        text: () => scoreText(report, options.groupBy),
      });
    });
}

async function score({
  predictions,
  references,
  samples,
  clusterBy,
  components = [],
  extraction,
  allowMissing,
  ...options
}: ScoreOptions): Promise<ScoreReport> {
  await COMPONENTS.load(components.map((path) => resolve(path)));
  const models = await loadMetricModels(options);
  const log = samples === undefined ? undefined : createWriteStream(samples);
  try {
    return await scoreFile(
      {
        predictions,
        ...(references !== undefined && { references }),
        clusterField: clusterBy,
        allowMissing: allowMissing ?? false,
      },
      {
        metrics: options.metrics,
        groupBy: options.groupBy,
        own: componentMetrics(),
        extraction: parseExtractionPreset(extraction),
        interval: options.interval,
        confidence: options.confidence,
        resamples: options.resamples,
        seed: options.seed,
        stemming: options.stemming ?? false,
        meteorTokenizer: options.meteorTokenizer,
        ...models.options,
        ...(log !== undefined && {
          onSample: async (sample) => {
            if (!log.write(`${JSON.stringify(sample)}\n`)) await once(log, 'drain');
          },
        }),
      },
    );
  } finally {
    models.dispose();
    if (log !== undefined) await new Promise((resolve) => log.end(resolve));
  }
}

function scoreText(
  { count, empty, unparsed, metrics, groups }: ScoreReport,
  groupBy: readonly string[],
): string {
  const width = Math.max(...Object.keys(metrics).map(({ length }) => length));
  return [
    `${count} predictions, ${empty} empty${unparsed === undefined ? '' : `, ${unparsed} closed answers not readable`}`,
    ...Object.entries(metrics).flatMap(([name, entry]) => {
      if (entry === null) return [`${name.padEnd(width)}  applies to no row`];
      const parts = ['modality', ...groupBy].flatMap((field) =>
        Object.entries(groups[field] ?? {}).flatMap(([value, group]) => {
          const figure = group.metrics[name] ?? null;
          return figure === null ? [] : [`  ${field} ${value}: ${figureText(figure)}`];
        }),
      );
      return [`${name.padEnd(width)}  ${figureText(entry)}  (${entry.variant})`, ...parts];
    }),
  ].join('\n');
}

function figureText({ value, interval, count }: Figure): string {
  const range =
    interval === undefined ? '' : ` [${interval.low.toFixed(4)}, ${interval.high.toFixed(4)}]`;
  return `${value.toFixed(4)}${range}  n = ${count}`;
}
