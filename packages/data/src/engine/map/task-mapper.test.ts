import type { QuestionRecord } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { completeRecord } from '../../sources/complete-record';
import { ImageLibrary } from '../image/image-library';
import { taskMapper } from './task-mapper';

const draft = {
  id: 'a',
  image: 'a.png',
  modality: 'slice',
  imaging: 'CT',
  question: 'Which diagnosis is most likely for the lesion in the liver?',
  answer: 'A cyst',
} as const;
const place = { id: 's-a', source: 's', split: 'test' } as const;

async function mapped(record: QuestionRecord) {
  const mapper = await taskMapper({
    options: { trustedSources: [] },
    images: new ImageLibrary(),
    folder: '.',
  });
  return mapper.decide(record);
}

describe('the Task Mapper', () => {
  it('keeps the labels that a source states, and says so', async () => {
    const record = completeRecord({ ...draft, category: 'GIR', taskType: 'free-form-qa' }, place);
    expect(record).toMatchObject({ category: 'GIR', stated: ['category', 'taskType'] });
    const { changes, findings } = await mapped(record);
    expect(changes).toBeUndefined();
    expect(findings.filter(({ rule }) => rule === 'stated')).toHaveLength(2);
  });

  it('maps what the source did not state', async () => {
    const { stated, ...record } = completeRecord({ ...draft, category: 'GIR' }, place);
    expect(stated).toEqual(['category']);
    const decision = await mapped({ ...record, organ: 'others' });
    expect(decision.changes).toEqual({ category: 'CRD', organ: 'liver' });
  });
});
