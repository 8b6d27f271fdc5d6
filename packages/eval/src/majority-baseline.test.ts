import { describe, expect, it } from 'vitest';
import { majorityAnswers } from './majority-baseline';

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
