import {
  compareFiles,
  type Comparison,
  type Difference,
  type MetricComparison,
  parseExtractionPreset,
} from '@omnict/eval';
import type { Command } from 'commander';
import { loadMetricModels, type MetricModelOptions } from '../metric-models';
import { jsonOption, nameList, positiveInteger, properShare, wholeNumber } from '../options';
import { type Output, printResult } from '../output';

interface CompareOptions extends MetricModelOptions {
  references?: string;
  metrics: string[];
  groupBy: string[];
  clusterBy: string;
  confidence: number;
  resamples: number;
  seed: number;
  extraction: string;
  json?: boolean;
}

/** Flipped ids shown in text. */
const SHOWN_IDS = 10;

/** `omnict compare`: two models on the same questions. */
export function defineCompare(command: Command, output: Output): void {
  command
    .argument('<a>', 'JSON Lines of the first model, the baseline')
    .argument('<b>', 'JSON Lines of the second model')
    .option('--references <file>', 'JSON Lines with the references of both')
    .option('--metrics <names>', 'separated by commas', nameList, ['accuracy', 'token-f1'])
    .option('--group-by <fields>', 'further fields of rows to group by', nameList, [])
    .option('--extraction <preset>', 'whose rules read closed answers', 'omnict')
    .option('--cluster-by <field>', 'field that names the patient or volume of a row', 'cluster')
    .option('--confidence <share>', 'of intervals', properShare, 0.95)
    .option('--resamples <count>', 'of the bootstrap', positiveInteger, 2000)
    .option('--seed <number>', 'of the bootstrap', wholeNumber, 0)
    .option('--encoder <folder>', 'BERT or RoBERTa checkpoint, for bertscore and open-qa')
    .option('--layer <number>', 'layer of the encoder; default: the last', positiveInteger)
    .option('--sentence-encoder <folder>', 'sentence-transformers checkpoint')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      "\nThe p-values of all metrics are corrected by Holm; accuracy has McNemar's test too.\n\nExample:\n  omnict compare base.jsonl tuned.jsonl --metrics accuracy,bleu,token-f1",
    )
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { references, clusterBy, extraction, json, ...rest } = options;
      const models = await loadMetricModels(rest);
      const files = (predictions: string) => ({
        predictions,
        ...(references !== undefined && { references, allowMissing: true }),
        clusterField: clusterBy,
      });
      try {
        const comparison = await compareFiles(files(a), files(b), {
          metrics: rest.metrics,
          groupBy: rest.groupBy,
          extraction: parseExtractionPreset(extraction),
          confidence: rest.confidence,
          resamples: rest.resamples,
          seed: rest.seed,
          ...models.options,
        });
        printResult(output, comparison, { json, text: () => comparisonText(comparison) });
      } finally {
        models.dispose();
      }
    });
}

function comparisonText({ shared, onlyA, onlyB, confidence, metrics }: Comparison): string {
  return [
    `${shared} questions in both files, ${onlyA} only in the first, ${onlyB} only in the second`,
    `[${Number((confidence * 100).toFixed(1))} % interval of the difference, paired bootstrap]; p by Holm over the metrics`,
    ...metrics.flatMap(metricLines),
  ].join('\n');
}

function metricLines({ metric, groups, mcNemar, flipped, ...row }: MetricComparison): string[] {
  const test =
    mcNemar === undefined
      ? []
      : [
          `  McNemar: only the first right ${mcNemar.onlyFirst}, only the second ${mcNemar.onlySecond}, p = ${mcNemar.pValue.toFixed(4)}`,
        ];
  const changed =
    flipped === undefined
      ? []
      : [`  gained: ${idsText(flipped.gained)}`, `  lost: ${idsText(flipped.lost)}`];
  return [
    '',
    `${metric}: ${row.a.toFixed(4)} -> ${row.b.toFixed(4)}, ${deltaText(row)}, ${pValueText(row.adjustedPValue)}, n = ${row.count}`,
    `  these questions ${row.resolvable === null ? 'cannot say which difference they resolve' : `can resolve a difference of ${row.resolvable.toFixed(4)}`}`,
    ...test,
    ...changed,
    ...Object.entries(groups).flatMap(([field, values]) =>
      Object.entries(values).map(
        ([value, difference]) =>
          `  ${field} ${value}: ${deltaText(difference)}, n = ${difference.count}`,
      ),
    ),
  ];
}

function deltaText({ delta, low, high }: Difference): string {
  const range = low === null || high === null ? '' : ` [${signed(low)}, ${signed(high)}]`;
  return `${signed(delta)}${range}`;
}

function pValueText(pValue: number | null): string {
  return pValue === null ? 'too few patients to say' : `p = ${pValue.toFixed(4)}`;
}

function idsText(ids: readonly string[]): string {
  if (ids.length === 0) return 'none';
  const more = ids.length > SHOWN_IDS ? `, ... (${ids.length})` : '';
  return `${ids.slice(0, SHOWN_IDS).join(', ')}${more}`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}
