import { CT_RATE_LABELS } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { countLabels, labelScores } from './abnormality-labels';
import { auroc } from './auroc';
import { bertScore } from './bert-score';
import { cosineSimilarity, embeddingSimilarity } from './embedding-similarity';
import { exactMatch } from './exact-match';
import { openQaScore } from './open-qa-score';
import { mostLikelyOption } from './option-likelihood';
import { labelByRules } from './rule-labeller';

it('exact match normalizes both sides', () => {
  expect(exactMatch('The left lobe.', 'left lobe')).toBe(true);
  expect(exactMatch('left lobe', 'A left, lobe!')).toBe(true);
  expect(exactMatch('left lobe', 'lobe')).toBe(false);
});

describe('BERTScore', () => {
  /** Ids 0 and 9 stand for the special tokens at both ends. */
  const text = (ids: readonly number[]) => ({
    ids: [0, ...ids, 9],
    states: Float32Array.from([0, ...ids, 9].flatMap((id) => (id === 1 ? [2, 0] : [1, id]))),
  });

  it('means over tokens, or weighs them', () => {
    const plain = bertScore(text([1, 2]), text([1]));
    // 2 is nearest to the special token at the end.
    const nearest = (1 + 2 * 9) / (Math.hypot(1, 2) * Math.hypot(1, 9));
    expect(plain.precision).toBeCloseTo((1 + nearest) / 2, 6);
    expect(plain.recall).toBeCloseTo(1, 6);
    const weighted = bertScore(text([1, 2]), text([1]), { weight: (id) => (id === 1 ? 1 : 0) });
    expect(weighted.precision).toBeCloseTo(1, 6);
  });

  it('an empty text scores 0, whatever the weights', () => {
    const empty = bertScore(text([]), text([1]), { weight: () => 1 });
    expect(empty).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it('is rescaled by a baseline', () => {
    const same = bertScore(text([1]), text([1]), { baseline: [0.5, 0.5, 0.5] });
    expect(same.f1).toBeCloseTo(1, 6);
    const empty = bertScore(text([]), text([1]), { baseline: [0.5, 0.5, 0.5] });
    expect(empty.f1).toBe(-1);
  });
});

describe('embedding similarity', () => {
  it('is the cosine, whatever the lengths', () => {
    expect(cosineSimilarity(Float32Array.of(3, 4), Float32Array.of(8, 6))).toBeCloseTo(0.96, 7);
    expect(cosineSimilarity(Float32Array.of(1, 0), Float32Array.of(0, 0))).toBe(0);
  });

  it('takes the best reference', async () => {
    const embedder = {
      name: 'letters',
      encode: (texts: readonly string[]) =>
        Promise.resolve(texts.map((text) => Float32Array.of(text === 'a' ? 1 : 0, 1))),
    };
    const [score] = await embeddingSimilarity(embedder, [
      { prediction: 'a', references: ['b', 'a'] },
    ]);
    expect(score).toBeCloseTo(1, 7);
  });
});

describe('open-QA score', () => {
  const parts = { bleu: 0.2, rouge: 0.4, tokenF1: 0.6, bertScore: 1 };

  it('is a weighted mean', () => {
    expect(openQaScore(parts)).toBeCloseTo(0.55, 12);
    expect(openQaScore(parts, { bleu: 1, rouge: 3, tokenF1: 0, bertScore: 0 })).toBeCloseTo(
      0.35,
      12,
    );
  });

  it('refuses weights that make no mean', () => {
    const none = { bleu: 0, rouge: 0, tokenF1: 0, bertScore: 0 };
    expect(() => openQaScore(parts, none)).toThrow(/not all 0/);
    expect(() => openQaScore(parts, { ...none, bleu: -1, rouge: 2 })).toThrow(/0 or more/);
  });
});

describe('AUROC', () => {
  it("has scikit-learn's values, ties counting half", () => {
    expect(auroc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(auroc([0.5, 0.5, 0.5, 0.9], [0, 1, 0, 1])).toBe(0.75);
    expect(auroc([1, 2], [1, 1])).toBeNaN();
  });
});

describe('option likelihood', () => {
  it('takes the first of equals, and divides by characters or bytes', () => {
    expect(mostLikelyOption([-1, -1], ['a', 'b'])).toBe(0);
    expect(mostLikelyOption([-4, -6], ['ab', 'abcd'], 'characters')).toBe(1);
    expect(mostLikelyOption([-4, -5], ['abc', 'ééé'], 'characters')).toBe(0);
    expect(mostLikelyOption([-4, -5], ['abc', 'ééé'], 'bytes')).toBe(1);
  });
});

describe('abnormality labels', () => {
  it('macro is the mean over labels, micro over decisions', () => {
    const { macro, micro } = labelScores({
      truePositives: [2, 0, 1],
      falsePositives: [0, 1, 1],
      falseNegatives: [2, 1, 0],
    });
    expect(macro.precision).toBeCloseTo((1 + 0 + 0.5) / 3, 12);
    expect(macro.recall).toBeCloseTo((0.5 + 0 + 1) / 3, 12);
    expect(macro.f1).toBeCloseTo((2 / 3 + 0 + 2 / 3) / 3, 12);
    expect(micro).toEqual({ precision: 0.6, recall: 0.5, f1: 0.6 / 1.1 });
  });

  it('counts each label of a report', () => {
    expect(countLabels([true, true, false], [true, false, true])).toEqual({
      truePositives: [1, 0, 0],
      falsePositives: [0, 1, 0],
      falseNegatives: [0, 0, 1],
    });
  });

  it.each([
    ['Emphysema is seen in both upper lobes.', ['Emphysema']],
    ['No pleural effusion or pneumothorax.', []],
    ['Pleural effusion is not observed.', []],
    ['Pericardial effusion was not seen but pleural effusion is present.', ['Pleural effusion']],
    ['Heart size is increased.', ['Cardiomegaly']],
    [
      'Calcified plaques in the coronary arteries. Ground-glass opacities.',
      ['Coronary artery wall calcification', 'Lung opacity'],
    ],
    [
      'Atherosclerotic changes in the aorta; bronchiectasis.',
      ['Arterial wall calcification', 'Bronchiectasis'],
    ],
    [
      'Interlobular septal thickening and peribronchial thickening.',
      ['Peribronchial thickening', 'Interlobular septal thickening'],
    ],
    ['Sliding type hiatal hernia; central venous catheter.', ['Medical material', 'Hiatal hernia']],
    ['', []],
  ])('%j has %j', (report, wanted) => {
    const found = CT_RATE_LABELS.filter((_, index) => labelByRules(report)[index]);
    expect(found).toEqual(wanted);
  });
});
