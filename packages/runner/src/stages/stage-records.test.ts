import { TASK_TYPES } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { stageRecords } from './stage-records';

const records = Array.from({ length: 700 }, (_, index) => ({
  id: `q${index}`,
  taskType: TASK_TYPES[index % TASK_TYPES.length] as (typeof TASK_TYPES)[number],
  modality: index % 2 === 0 ? ('slice' as const) : ('volume' as const),
}));
const chosen = (config: Parameters<typeof stageRecords>[0], seed = 1): string[] =>
  records.filter(stageRecords(config, seed)).map(({ id }) => id);

describe('records of a stage', () => {
  it('are all of them by default', () => {
    expect(chosen(undefined)).toHaveLength(records.length);
    expect(chosen({})).toHaveLength(records.length);
  });

  it('are those of task types and modalities', () => {
    expect(chosen({ taskTypes: ['description', 'report-generation'] })).toHaveLength(200);
    expect(chosen({ taskTypes: ['description'], modalities: ['volume'] })).toHaveLength(50);
  });

  it('are a share by the seed, larger ones holding smaller ones', () => {
    const [few, more] = [chosen({ share: 0.3 }), chosen({ share: 0.6 })];
    expect(few.length).toBeGreaterThan(150);
    expect(few.length).toBeLessThan(270);
    expect(more).toEqual(expect.arrayContaining(few));
    expect(chosen({ share: 0.3 })).toEqual(few);
    expect(chosen({ share: 0.3 }, 2)).not.toEqual(few);
  });
});
