import type { StageCache, StageTask } from '@omnict/pipeline';
import { datasetRecords } from '../stages/dataset';

/**
 * Reads organ, task and clinical category of all test questions of a sweep, by their ids.
 *
 * @returns without those of a dataset whose records are gone
 */
export async function questionFields(
  tasks: readonly StageTask[],
  cache: StageCache,
): Promise<Map<string, { organ: string; taskType: string; category?: string }>> {
  const fields = new Map<string, { organ: string; taskType: string; category?: string }>();
  for (const { stage, key } of tasks) {
    if (stage !== 'dataset') continue;
    const records = await datasetRecords(cache.outputsOf(key)).catch(() => []);
    for (const { id, organ, taskType, category, split } of records) {
      if (split === 'test')
        fields.set(id, { organ, taskType, ...(category !== undefined && { category }) });
    }
  }
  return fields;
}
