import { describe, expect, it } from 'vitest';
import { majorityAnswers } from './majority-baseline';
import { scorePredictions, type ScoredInput } from './score';

const question = (more: Partial<ScoredInput> & Pick<ScoredInput, 'id'>): ScoredInput => ({
  modality: 'slice',
  organ: 'liver',
  taskType: 'judgment',
  category: 'MAI',
  answer: 'yes',
  prediction: 'yes',
  ...more,
});

describe('scorePredictions', () => {
  const result = scorePredictions(
    [
      question({ id: '1' }),
      question({ id: '2', prediction: 'perhaps' }),
      question({ id: '3', prediction: '', organ: 'lungs' }),
      question({
        id: '4',
        modality: 'volume',
        taskType: 'multi-choice',
        options: ['left', 'right'],
        answer: 'right',
        prediction: 'B. right',
      }),
      question({
        id: '5',
        modality: 'volume',
        taskType: 'short-answer',
        answer: 'left upper lobe',
        prediction: 'upper lobe',
      }),
    ],
    { resamples: 200 },
  );

  it('counts closed questions as right or wrong, and what it could not read as wrong', () => {
    expect(result.overall.closedAccuracy).toMatchObject({ mean: 0.5, count: 4 });
    expect(result.overall.unparsed).toBe(2);
    expect(result.overall.empty).toBe(1);
  });

  it('scores open questions by Token-F1', () => {
    expect(result.overall.tokenF1?.mean).toBeCloseTo(0.8, 12);
    expect(result.samples[4]).toMatchObject({
      kind: 'open',
      score: expect.closeTo(0.8, 12) as number,
    });
  });

  it('groups, and leaves out what a group does not have', () => {
    expect(result.groups.organ['lungs']?.closedAccuracy?.mean).toBe(0);
    expect(result.groups.modality['volume']?.closedAccuracy?.mean).toBe(1);
    expect(result.groups.organ['lungs']?.tokenF1).toBeUndefined();
  });
});

describe('majorityAnswers', () => {
  it('answers each question as it was answered most often, else as its task was', () => {
    const train = ['no', 'yes', 'no'].map((answer) => ({
      modality: 'slice',
      taskType: 'judgment',
      question: 'Is there a lesion?',
      answer,
    }));
    const test = [
      { modality: 'slice', taskType: 'judgment', question: 'Is there a lesion?', answer: '' },
      { modality: 'slice', taskType: 'judgment', question: 'Is the heart enlarged?', answer: '' },
      { modality: 'volume', taskType: 'judgment', question: 'Is there a lesion?', answer: '' },
    ];
    expect(majorityAnswers(train, test)).toEqual(['no', 'no', '']);
  });
});
