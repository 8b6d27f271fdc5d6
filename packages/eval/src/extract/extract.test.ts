import { describe, expect, it } from 'vitest';
import { extractChoice } from './extract-choice';
import { extractYesNo } from './extract-yes-no';

const OPTIONS = ['liver', 'lung nodule', 'left lower lobe', 'lower lobe'];

describe('extractChoice', () => {
  it.each([
    ['B', 'B', 'letter-only'],
    ['(b)', 'B', 'letter-only'],
    ['B. lung nodule', 'B', 'single-letter'],
    ['The answer is C.', 'C', 'answer-marker'],
    ['The answer is A. No, the answer is D', 'D', 'answer-marker'],
    ['\\boxed{B}', 'B', 'answer-marker'],
    ['There is a lung nodule here', 'B', 'option-text'],
    ["The correct answer is **B**. Here's why: the option A is absent.", 'B', 'answer-marker'],
    ['Final answer: lower lobe', 'D', 'answer-marker-text'],
    ['<answer>C</answer>', 'C', 'answer-marker'],
    ['the answer is b.', 'B', 'answer-marker'],
    ['in the left lower lobe', 'C', 'option-text'],
  ])('%j is %s by the rule %s', (response, letter, rule) => {
    expect(extractChoice(response, OPTIONS)).toMatchObject({ choice: letter, rule });
  });

  it.each([
    '',
    'Not sure.',
    'A or B',
    'A nodule is seen',
    'Z',
    'liver and lung nodule',
    'I am unable',
    'The answer is a nodule',
    'B. No wait, C.',
  ])('%j names no option: never a guess', (response) => {
    expect(extractChoice(response, OPTIONS).choice).toBeNull();
  });
});

describe('extractYesNo', () => {
  it.each([
    ['Yes, there is.', 'yes'],
    ['no', 'no'],
    ['The answer is no.', 'no'],
    ['Yes. There is no effusion on the left.', 'yes'],
  ])('%j says %s', (response, value) => {
    expect(extractYesNo(response).choice).toBe(value);
  });

  it.each(['', 'normal nodule', 'It may be yes or no.', 'unknown'])(
    '%j does not say',
    (response) => {
      expect(extractYesNo(response).choice).toBeNull();
    },
  );
});
