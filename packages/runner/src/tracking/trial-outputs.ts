import type { DatasetInput } from '@omnict/core';
import type { ScoredSet } from '@omnict/eval';
import type { StageTask } from '@omnict/pipeline';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetRecord, datasetRecords } from '../stages/dataset';
import { RESULT_FILE, scoreMetrics } from '../stages/score';
import { MODEL } from '../stages/train-stages';
import type { PreparedSweep, Trial } from '../sweep';
import { datasetInput } from './dataset-profile';
import { TABLE_TAG, writePredictionsTable } from './predictions-table';
import { scoreFigures } from './score-figures';
import type { TrialJournal } from './trial-journal';

/** Lines of a failed stage's log that its trials keep. */
const LOG_LINES = 100;

/** What the stages of a sweep's trials left in the cache, as trackers are told of it. */
export class TrialOutputs {
  private readonly datasets = new Map<string, Promise<readonly DatasetRecord[]>>();

  constructor(private readonly sweep: Pick<PreparedSweep, 'plan' | 'cache' | 'spec'>) {}

  /** Records a finished trial's figures, its table of predictions, and its model where that is wanted. */
  async record(trial: Trial, journal: TrialJournal): Promise<void> {
    const { plan, cache, spec } = this.sweep;
    const {
      dataset = '',
      predict = '',
      score = '',
      finetune = '',
    } = plan.taskOf.get(trial.name) ?? {};
    const file = join(cache.outputsOf(score), RESULT_FILE);
    if (existsSync(file)) {
      const { model } = JSON.parse(await readFile(file, 'utf8')) as { model: ScoredSet };
      journal.logFigures(scoreFigures(model, scoreMetrics(trial.config.score)));
      const table = await writePredictionsTable(journal.folder, {
        records: await this.recordsOf(dataset),
        predictions: cache.outputsOf(predict),
        scored: model,
      });
      if (table !== undefined) {
        journal.logArtifact(table);
        journal.setTags(TABLE_TAG);
      }
    }
    const model = join(cache.outputsOf(finetune), MODEL);
    if (!spec.tracking.models || !existsSync(model) || journal.tag('omnict.model') === finetune)
      return;
    const name = trial.name.replaceAll(/[^\w.-]+/g, '-');
    journal.journal.logModel(model, { name, modelType: 'omnict' });
    journal.setTags({ 'omnict.model': finetune });
  }

  /** What trackers are told of a dataset task. */
  async datasetOf(task: StageTask): Promise<DatasetInput> {
    return datasetInput(task, await this.recordsOf(task.key));
  }

  /** Records of a dataset task, read once; none where they cannot be read any more. */
  private recordsOf(key: string): Promise<readonly DatasetRecord[]> {
    const known = this.datasets.get(key);
    if (known !== undefined) return known;
    const records = datasetRecords(this.sweep.cache.outputsOf(key)).catch(() => []);
    this.datasets.set(key, records);
    return records;
  }

  /** The end of a task's log. */
  async logOf(task: StageTask): Promise<string> {
    const { log } = this.sweep.cache.recordsAtWork(task.key);
    const text = await readFile(log, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  }
}
