import { FormatError } from '@omnict/core';
import { type ClosedJudgement, type ExtractionPreset, judgeClosed } from '../extract/closed-answer';
import { optionLetter } from '../extract/extraction';
import { auroc } from '../metrics/auroc';
import { type LikelihoodNormalization, mostLikelyOption } from '../metrics/option-likelihood';
import type { MetricOptions } from './metric-options';
import { type PredictionRow, questionKind } from './prediction-row';
import type { Metric, Score } from './metric';

/** Share of closed questions answered right; what cannot be read is wrong. */
export function accuracyMetric({ extraction = 'omnict' }: MetricOptions): Metric {
  return {
    name: 'accuracy',
    title: 'closed accuracy',
    variant: `closed accuracy, ${extraction} extraction, unparsed counts wrong`,
    aggregation: 'mean',
    isProportion: true,
    score: (rows) =>
      Promise.resolve(
        rows.map((row): Score | null => {
          if (questionKind(row) === 'open') return null;
          const answers = row.answer === undefined ? row.references : [row.answer];
          const judgements = answers.map((answer) =>
            judgeRow(row, row.prediction, { answer, extraction }),
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

/** Judges a response to a row's question. @throws FormatError with the row's place */
function judgeRow(
  row: PredictionRow,
  response: string,
  { answer, extraction }: { answer: string; extraction?: ExtractionPreset },
): ClosedJudgement {
  try {
    return judgeClosed(response, { options: row.options, answer }, extraction);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${row.where ?? `question '${row.id}'`}: ${error.message}`, {
      cause: error,
    });
  }
}

/** Share of questions whose most likely option is the right one. */
export function optionLikelihoodMetric(
  name: string,
  normalization: LikelihoodNormalization,
): Metric {
  return {
    name,
    variant: `most likely option, log-likelihood divided by ${normalization === 'none' ? 'nothing' : normalization}`,
    aggregation: 'mean',
    isProportion: true,
    score: (rows) =>
      Promise.resolve(
        rows.map((row): Score | null => {
          const { options, optionLogProbabilities, answer = row.references[0] ?? '' } = row;
          if (options === undefined || optionLogProbabilities === undefined) return null;
          const best = mostLikelyOption(optionLogProbabilities, options, normalization);
          const choice = best < 0 ? null : optionLetter(best);
          const { isCorrect, expected } = judgeRow(row, choice ?? '', { answer });
          return { statistics: [isCorrect ? 1 : 0], detail: { choice, expected } };
        }),
      ),
    finish: ([right = 0], count) => ({ value: right / count }),
  };
}

/** Area under the ROC curve of rows with `probability` and `label`. */
export function aurocMetric(): Metric {
  return {
    name: 'auroc',
    variant: 'area under the ROC curve, ties count half, corpus',
    aggregation: 'corpus',
    score: (rows) =>
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
