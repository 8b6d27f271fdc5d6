import { describe, expect, it } from 'vitest';
import { mapCategory } from './category-rules';
import { mapImaging } from './imaging-rules';
import { mapOrgan } from './organ-rules';
import { mapTaskType } from './task-type-rules';

describe('organ rules', () => {
  it.each([
    ['Is there a nodule in the right lung?', 'lungs', 'lung'],
    ['Is the pulmonary artery dilated?', 'vessels', 'pulmonary artery'],
    ['Is there a pleural effusion?', 'lungs', 'pleural'],
    ['Coronary artery wall calcification', 'heart', 'coronary'],
    ['Are there gallstones?', 'liver', 'gallstones'],
    ['Is the splenic vein patent?', 'vessels', 'splenic vein'],
    ['Is there hydronephrosis?', 'kidneys', 'hydronephrosis'],
    ['Hiatal hernia', 'stomach', 'hiatal hernia'],
    ['Is the oesophagus thickened?', 'esophagus', 'oesophagus'],
    ['What is seen at the carina?', 'trachea', 'carina'],
    ['Fracture of a lumbar vertebra?', 'spine', 'lumbar'],
    ['Which plane is this?', 'others', 'default'],
  ])('%s', (text, value, rule) => {
    expect(mapOrgan(text)).toEqual({ value, rule });
  });

  it('count names and let earlier texts decide', () => {
    expect(mapOrgan('liver, kidney, both kidneys').value).toBe('kidneys');
    expect(mapOrgan('What is shown?', 'the liver', 'lung').value).toBe('liver');
    expect(mapOrgan(undefined, 'deliver the spinet').value).toBe('others');
  });
});

describe('task type rules', () => {
  it.each([
    ['multi-choice', { question: 'Which?', answer: 'a', options: ['a', 'b'] }],
    ['judgment', { question: 'Is it?', answer: 'Yes.', options: ['Yes', 'No'] }],
    ['judgment', { question: 'Is it?', answer: 'no' }],
    ['short-answer', { question: 'Where?', answer: 'left lower lobe' }],
    ['report-generation', { question: 'Write a report for this CT.', answer: 'word '.repeat(30) }],
    ['description', { question: 'Describe the image.', answer: 'word '.repeat(30) }],
    ['free-form-qa', { question: 'What is seen?', answer: 'word '.repeat(30) }],
    [
      'dialogue',
      { question: 'And there?', answer: 'no', history: [{ question: 'a', answer: 'b' }] },
    ],
  ])('%s', (value, record) => {
    expect(mapTaskType(record).value).toBe(value);
  });
});

describe('category rules', () => {
  it.each([
    ['GIR', 'Which plane is this image in?'],
    ['GIR', 'What imaging modality is used?'],
    ['MAI', 'Is there a mass in the liver?'],
    ['MAI', 'Can a cyst be seen?'],
    ['AII', 'Where is the lesion?'],
    ['AII', 'How many nodules are there?'],
    ['CRD', 'What is the most likely diagnosis?'],
    ['CRD', 'Has the nodule progressed compared with the prior scan?'],
  ])('%s: %s', (value, question) => {
    expect(mapCategory({ question, taskType: 'short-answer' }).value).toBe(value);
  });

  it('report and description interpret the image', () => {
    expect(mapCategory({ question: 'Write it.', taskType: 'report-generation' })).toEqual({
      value: 'AII',
      rule: 'report-generation',
    });
  });
});

describe('imaging rules', () => {
  it.each([
    ['Axial CT of the chest', 'CT'],
    ['CT(Computed Tomography)', 'CT'],
    ['T2 weighted image', 'MRI'],
    ['PET/CT shows uptake', 'PET'],
    ['Chest X-ray', 'X-ray'],
    ['Abdominal ultrasound', 'ultrasound'],
    ['structure of the section', undefined],
  ])('%s', (text, value) => {
    expect(mapImaging(text)?.value).toBe(value);
  });
});
