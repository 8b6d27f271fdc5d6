import { writeDurably } from '@omnict/pipeline';
import { redactJson } from '@omnict/tracking';
import { join } from 'node:path';
import type { SweepResult } from '../sweep';
import { scoreFigures } from './score-figures';

/** The best trial by the first metric over all questions, with its figures; undefined when nothing was scored. */
export function bestTrial(
  { trials }: SweepResult,
  metrics: Parameters<typeof scoreFigures>[1],
): { name: string; figures: ReturnType<typeof scoreFigures> } | undefined {
  const [first] = metrics;
  if (first === undefined) return undefined;
  const scored = trials.flatMap(({ trial, model }) => {
    const value = model?.figures.scores[first.asked];
    return model === undefined || value === null || value === undefined
      ? []
      : [{ trial, model, value }];
  });
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (found, one) => (found === undefined || one.value > found.value ? one : found),
    undefined,
  );
  if (best === undefined) return undefined;
  return {
    name: best.trial.name,
    figures: Object.fromEntries(
      Object.entries(scoreFigures(best.model, metrics)).map(([key, value]) => [
        key.replace(/^score\//, 'best/'),
        value,
      ]),
    ),
  };
}

/** Writes `results.json`, which goes to trackers too: without secrets and identifiers. */
export async function writeResults(runFolder: string, result: SweepResult): Promise<string> {
  const path = join(runFolder, 'results.json');
  const trials = result.trials.map(({ trial, model, majority, failure, isPruned }) => ({
    // Goes to the server.
    ...(redactJson({ trial: trial.name, row: trial.row, axes: trial.axes, failure }) as object),
    seed: trial.seed,
    isPruned,
    overall: model?.figures.metrics,
    modality: model?.figures.groups['modality'],
    majority: majority?.figures.groups['modality'],
  }));
  await writeDurably(path, `${JSON.stringify({ seconds: result.seconds, trials }, null, 2)}\n`);
  return path;
}
