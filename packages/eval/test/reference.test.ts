import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  extractChoice,
  type ExtractionPreset,
  judgeClosed,
  standardErrorOfMean,
  tokenF1,
} from '../src/index';

interface McqCase {
  response: string;
  m3d_contains_B_dot: 0 | 1;
  medevalkit_correct: boolean;
  vlmevalkit_can_infer: string | false;
}

/** Outputs of reference libraries, beside the repository on developers' machines. */
const FOLDER = fileURLToPath(new URL('../../../../shared/reference/', import.meta.url));
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

describe.skipIf(!existsSync(FOLDER))(
  'reference numbers (skipped without ../shared/reference)',
  () => {
    it('extracts the letter where VLMEvalKit and lmms-eval find the same one', () => {
      const cases = read('mcq_fixtures.json') as Record<
        'response' | 'vlmevalkit_can_infer' | 'lmms_mcq_extract',
        string
      >[];
      const agreed = cases.filter(
        (item) =>
          item.vlmevalkit_can_infer === item.lmms_mcq_extract &&
          /^[A-D]$/.test(item.lmms_mcq_extract),
      );
      expect(agreed.length).toBeGreaterThan(5);
      for (const { response, lmms_mcq_extract: letter } of agreed) {
        expect(extractChoice(response, ['one', 'two', 'three', 'four']).choice, response).toBe(
          letter,
        );
      }
    });

    it('judges as M3D, MedEvalKit and VLMEvalKit do, with their presets', () => {
      const options = ['Pleural effusion', 'Lung nodule', 'Emphysema', 'Atelectasis'];
      for (const item of read('mcq_fixtures.json') as McqCase[]) {
        const judge = (preset: ExtractionPreset) =>
          judgeClosed(item.response, { options, answer: 'B' }, preset);
        expect(judge('m3d').isCorrect, item.response).toBe(item.m3d_contains_B_dot === 1);
        expect(judge('medevalkit').isCorrect, item.response).toBe(item.medevalkit_correct);
        expect(judge('vlmevalkit').choice ?? false, item.response).toBe(item.vlmevalkit_can_infer);
      }
    });

    it("has lm-eval's standard error of a mean", () => {
      const { _mean_stderr: wanted } = read('metric_fixtures.json') as {
        _mean_stderr: { xs: number[]; stderr: number };
      };
      const sums = {
        count: wanted.xs.length,
        sum: wanted.xs.reduce((sum, x) => sum + x, 0),
        sumOfSquares: wanted.xs.reduce((sum, x) => sum + x * x, 0),
      };
      expect(standardErrorOfMean(sums)).toBeCloseTo(wanted.stderr, 12);
    });

    it("has SQuAD's F1 in every case", () => {
      const cases = Object.values(read('metric_fixtures.json') as object).filter(
        (item: unknown) => typeof item === 'object' && item !== null && 'squad_f1' in item,
      ) as { prediction: string; reference: string; squad_f1: number }[];
      expect(cases.length).toBeGreaterThan(5);
      for (const { prediction, reference, squad_f1: wanted } of cases) {
        expect(tokenF1(prediction, reference).f1, prediction).toBeCloseTo(wanted, 12);
      }
    });
  },
);
