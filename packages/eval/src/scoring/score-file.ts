import { batches, collectAll } from './measure-file';
import { createMetrics } from './metric-names';
import { type PredictionFiles, readPredictions } from './read-predictions';
import { createScorer, type ScoreOptions } from './score-rows';
import { type SampleRecord, sampleRecord, type ScoreFigures } from './scorer';

/** What `omnict score` does. */
export interface ScoreFileOptions extends ScoreOptions {
  /** Called for each row in order, for a log of samples. */
  onSample?: (sample: SampleRecord) => void | Promise<void>;
}

/** Result of scoring a file. */
export interface ScoreReport extends ScoreFigures {
  schema: 'omnict/score@1';
  predictions: string;
  references?: string;
}

/**
 * Scores a file of predictions, row by row: no model, no waiting, memory that does not grow with it.
 *
 * @throws ConfigError for unknown names; FormatError and MissingDataError for unusable lines, and for
 *   metrics that lack what they need
 */
export async function scoreFile(
  files: PredictionFiles,
  { metrics: names, onSample, ...options }: ScoreFileOptions,
): Promise<ScoreReport> {
  const metrics = createMetrics(names, options);
  await collectAll(files, metrics);
  const scorer = createScorer(metrics, options);
  for await (const rows of batches(readPredictions(files))) {
    const samples = await scorer.add(rows);
    if (onSample === undefined) continue;
    for (const sample of samples) await onSample(sampleRecord(metrics, sample));
  }
  const { predictions, references } = files;
  return {
    schema: 'omnict/score@1',
    predictions,
    ...(references !== undefined && { references }),
    ...scorer.figures(),
  };
}
