import { judgeClosed } from '../extract/closed-answer';
import { optionLetter } from '../extract/extraction';
import { auroc } from '../metrics/auroc';
import { type LikelihoodNormalization, mostLikelyOption } from '../metrics/option-likelihood';
import type { MetricOptions } from './metric-options';
import type { PredictionRow } from './prediction-row';
import { type Measurement, type SampleMetric } from './sample-metric';

/** Task types whose answers are free text: accuracy leaves them out. */
export const OPEN_TASK_TYPES: ReadonlySet<string> = new Set([
  ...['open', 'short-answer', 'free-form', 'free-form-qa', 'report', 'report-generation'],
  ...['description', 'caption', 'captioning', 'image-captioning', 'dialogue'],
]);

/** Whether a row has one right answer: options, yes or no, a letter, or no open task type. */
export function isClosed({ options, taskType, answer, references }: PredictionRow): boolean {
  if (options !== undefined && options.length > 0) return true;
  if (taskType !== undefined && OPEN_TASK_TYPES.has(taskType.toLowerCase())) return false;
  return answer !== undefined || references.length > 0;
}

/** Share of closed questions answered right; what cannot be read is wrong. */
export function accuracyMetric({ extraction = 'omnict' }: MetricOptions): SampleMetric {
  return {
    name: 'accuracy',
    variant: `closed accuracy, ${extraction} extraction, unparsed counts wrong`,
    aggregation: 'mean',
    isProportion: true,
    measure: (rows) =>
      Promise.resolve(
        rows.map((row): Measurement | null => {
          if (!isClosed(row)) return null;
          const answers = row.answer === undefined ? row.references : [row.answer];
          const judgements = answers.map((answer) =>
            judgeClosed(row.prediction, { options: row.options, answer }, extraction),
          );
          const best = judgements.find(({ isCorrect }) => isCorrect) ?? judgements[0];
          if (best === undefined) return null;
          const { isCorrect, choice, rule, span, expected } = best;
          return {
            statistics: [isCorrect ? 1 : 0, choice === null ? 1 : 0],
            detail: { choice, rule, span, expected },
          };
        }),
      ),
    finish: ([right = 0, unparsed = 0], count) => ({
      value: right / count,
      unparsed,
      unparsedRate: unparsed / count,
    }),
  };
}

/** Share of questions whose most likely option is the right one. */
export function optionLikelihoodMetric(
  name: string,
  normalization: LikelihoodNormalization,
): SampleMetric {
  return {
    name,
    variant: `most likely option, log-likelihood divided by ${normalization === 'none' ? 'nothing' : normalization}`,
    aggregation: 'mean',
    isProportion: true,
    measure: (rows) =>
      Promise.resolve(
        rows.map((row): Measurement | null => {
          const { options, optionLogProbabilities, answer = row.references[0] ?? '' } = row;
          if (options === undefined || optionLogProbabilities === undefined) return null;
          const best = mostLikelyOption(optionLogProbabilities, options, normalization);
          const choice = best < 0 ? null : optionLetter(best);
          const { isCorrect, expected } = judgeClosed(choice ?? '', { options, answer });
          return { statistics: [isCorrect ? 1 : 0], detail: { choice, expected } };
        }),
      ),
    finish: ([right = 0], count) => ({ value: right / count }),
  };
}

/** Area under the ROC curve of rows with `probability` and `label`. */
export function aurocMetric(): SampleMetric {
  return {
    name: 'auroc',
    variant: 'area under the ROC curve, ties count half, corpus',
    aggregation: 'corpus',
    measure: (rows) =>
      Promise.resolve(
        rows.map(({ probability, label }) =>
          probability === undefined || label === undefined
            ? null
            : { statistics: [probability, label] },
        ),
      ),
    finish: () => ({ value: NaN }), // one row has no curve
    finishAll: (statistics) => ({
      value: auroc(
        statistics.map(([probability = 0]) => probability),
        statistics.map(([, label]) => (label === 1 ? 1 : 0)),
      ),
    }),
  };
}
