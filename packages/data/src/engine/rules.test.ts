import { describe, expect, it } from 'vitest';
import type { QuestionRecord } from '@omnict/core';
import type { ImageFacts } from './image/image-facts';
import { planeName, planesOf } from './image/planes';
import { selectFindings } from './select/select-rules';
import { organFindings } from './verify/organ-rules';
import { textFindings } from './verify/text-rules';
import { directionsIn, numbersIn, polarity, sidesIn } from './words';

const RECORD: QuestionRecord = {
  id: 'a',
  image: 'a.nii',
  modality: 'volume',
  organ: 'kidneys',
  source: 's',
  split: 'test',
  taskType: 'judgment',
  category: 'MAI',
  question: 'Is there a cyst?',
  answer: 'yes',
};
const FACTS: ImageFacts = {
  format: 'nifti',
  hasHounsfield: true,
  shape: [40, 512, 512],
  plane: undefined,
  blur: 0.4,
  noiseHu: 20,
  contrastHu: 1500,
  airShare: 0.4,
  softTissueShare: 0.4,
  metalShare: 0,
  whiteShare: 0,
  colouredShare: 0,
};
const LIMITS = {
  minimumSide: 224,
  minimumPlanes: 8,
  maximumBlur: 0.6,
  maximumNoiseHu: 120,
  minimumContrastHu: 300,
  minimumSoftTissue: 0.05,
  maximumMetal: 0.01,
  maximumWhite: 0.3,
  maximumColoured: 0.05,
};

describe('selection', () => {
  const rules = (record: Partial<QuestionRecord>, facts: Partial<ImageFacts>) =>
    selectFindings({ ...RECORD, ...record }, { ...FACTS, ...facts }, LIMITS).map(
      ({ rule }) => rule,
    );

  it('lets a good image through', () => expect(rules({}, {})).toEqual([]));

  it.each<[string, Partial<QuestionRecord>, Partial<ImageFacts>]>([
    ['not-ct', { imaging: 'MRI' }, {}],
    ['dimension', { modality: 'slice' }, {}],
    ['dimension', {}, { shape: [1, 512, 512], plane: 'axial' }],
    ['resolution', {}, { shape: [40, 200, 512] }],
    ['planes', {}, { shape: [5, 512, 512] }],
    ['hu-content', {}, { softTissueShare: 0.01 }],
    ['colour', {}, { colouredShare: 0.2 }],
    ['blur', {}, { blur: 0.7 }],
    ['noise', {}, { noiseHu: 200 }],
    ['contrast', {}, { contrastHu: 90 }],
    ['metal', {}, { metalShare: 0.05 }],
    ['white', {}, { whiteShare: 0.5, hasHounsfield: false }],
  ])('%s', (rule, record, facts) => expect(rules(record, facts)).toEqual([rule]));

  it('asks nothing about HU of pictures that have none', () => {
    expect(rules({}, { hasHounsfield: false, softTissueShare: 0, metalShare: 1 })).toEqual([]);
  });

  it('a coronal slice is a slice, and its plane is known', () => {
    const slice = { data: new Float32Array(6), shape: [2, 1, 3] as const, unit: 'HU' as const };
    const volume = {
      ...slice,
      spacing: [1, 1, 1] as const,
      origin: [0, 0, 0] as const,
      direction: [],
    };
    expect(planeName(volume)).toBe('coronal');
    expect(planesOf(volume, 5)).toMatchObject([{ height: 2, width: 3 }]);
    const shape = [300, 1, 400] as const;
    expect(rules({ modality: 'slice' }, { shape, plane: 'coronal' })).toEqual([]);
  });
});

describe('text against image', () => {
  const rules = (record: Partial<QuestionRecord>, facts: Partial<ImageFacts> = {}) =>
    textFindings({ ...RECORD, ...record }, { ...FACTS, ...facts }).map(({ rule }) => rule);
  const axial = { shape: [1, 512, 512] as const, plane: 'axial' as const };

  it.each([
    ['What imaging modality is this?', 'MRI', ['imaging']],
    ['What imaging modality is this?', 'CT with contrast', []],
    ['Is this an MRI?', 'Yes', ['imaging']],
    ['Is this an MRI?', 'No', []],
    ['Is this a CT scan?', 'No', ['imaging']],
    ['Is this a CT of the abdomen?', 'no', []],
    ['Is this image modality CT or MRI?', 'CT', []],
    ['Is there a mass?', 'MRI would tell', []],
  ])('%s %s', (question, answer, expected) => {
    expect(rules({ question, answer, organ: 'others' })).toEqual(expected);
  });

  it.each([
    ['In what plane is this?', 'Coronal', ['plane']],
    ['In what plane is this?', 'Axial', []],
    ['Is this a saggital view?', 'yes', ['plane']],
    ['Is this a sagittal view?', 'no', []],
    ['Is this plane axial?', 'no', ['plane']],
  ])('%s %s, of an axial slice', (question, answer, expected) => {
    expect(rules({ question, answer }, axial)).toEqual(expected);
    expect(rules({ question, answer })).toEqual([]);
  });

  it('options that say the same', () => {
    expect(rules({ options: ['The liver', 'liver.'], answer: 'liver.' })).toEqual(['options']);
  });
});

describe('text against mask', () => {
  const right = { 2: { voxels: 500, centreX: 100 } };
  const both = { ...right, 3: { voxels: 500, centreX: 400 } };
  const mirrored = { 2: { voxels: 99, centreX: 400 }, 3: { voxels: 99, centreX: 100 } };
  const rules = (record: Partial<QuestionRecord>, labels: ImageFacts['labels']) =>
    organFindings({ ...RECORD, ...record }, { ...FACTS, labels }, { minimumVoxels: 10 })
      .filter(({ weight }) => weight === 'drop')
      .map(({ rule }) => rule);

  it.each<[string, [Partial<QuestionRecord>, ImageFacts['labels']], string[]]>([
    ['the organ is there', [{}, both], []],
    ['it is not', [{}, { 5: { voxels: 900, centreX: 0 } }], ['organ-absent']],
    ['it is not, and is denied', [{ answer: 'no' }, {}], []],
    ['the other side only', [{ question: 'Is there a cyst in the left kidney?' }, right], ['side']],
    ['its side', [{ question: 'Is there a cyst in the right kidney?' }, right], []],
    ['both sides named', [{ question: 'Left or right kidney?', answer: 'right' }, right], []],
    ['left lies right', [{}, mirrored], ['mirrored']],
    ['no mask', [{ answer: 'left' }, undefined], []],
  ])('%s', (_, [record, labels], expected) => expect(rules(record, labels)).toEqual(expected));

  it('an obvious organ is denied: only when the question is about the organ itself', () => {
    const labels = { 5: { voxels: 0.1 * 40 * 512 * 512, centreX: 9 } };
    const liver = { organ: 'liver' as const, answer: 'no' };
    expect(rules({ ...liver, question: 'Is the liver visible in this slice?' }, labels)).toEqual([
      'organ-present',
    ]);
    expect(rules({ ...liver, question: 'Is the liver lesion visible?' }, labels)).toEqual([]);
  });
});

describe('words', () => {
  it('are read from text', () => {
    expect([polarity('Yes, it is'), polarity('no.'), polarity('none'), polarity('normal')]).toEqual(
      ['yes', 'no', 'no', undefined],
    );
    expect(sidesIn('bilateral effusions')).toEqual(['left', 'right']);
    expect(numbersIn('Two of 3,5 mm')).toEqual(['2', '3.5']);
    expect(directionsIn('Upper and LOWER')).toEqual(['lower', 'upper']);
  });
});
