import { readRunDocument } from '@omnict/pipeline';
import { trialTitle } from '@omnict/report';
import { type CaseStudy, readCaseStudy, type RunRecord, type StudyTrial } from '@omnict/runner';
import { join } from 'node:path';
import { bestModel, type ScoredTrials } from './served-model';
import type { SweepReport } from './sweep-report';

/** A run and what it told. */
interface Reported {
  record: RunRecord;
  report: SweepReport;
}

/**
 * Lays runs and files of predictions beside each other: of each run the trial with the best accuracy, as
 * `omnict serve` takes it.
 *
 * @throws MissingDataError where they share no question
 */
export async function caseStudy(
  runs: readonly Reported[],
  files: readonly string[],
): Promise<CaseStudy> {
  const trials = await Promise.all(runs.map(bestTrial));
  return readCaseStudy(
    trials.flatMap((trial) => trial ?? []),
    files,
  );
}

async function bestTrial({ record, report }: Reported): Promise<StudyTrial | undefined> {
  const { trials } = await readRunDocument<ScoredTrials>(join(record.folder, 'results.json'));
  const trial = bestModel(
    trials,
    report.models.map((model) => model.trial),
  );
  return trial === undefined
    ? undefined
    : { record, trial, title: `${record.id}: ${trialTitle(trial)}` };
}

/** Case study for the terminal. */
export function caseStudyText({ models, shared, differing }: CaseStudy): string {
  return [
    `Case study: ${shared} test questions have an answer of all; on ${differing} models differ`,
    ...models.map(({ title, right, closed }) => `  ${title}: ${right} of ${closed} closed right`),
  ].join('\n');
}
