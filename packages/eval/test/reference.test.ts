import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractChoice, standardError, tokenF1 } from '../src/index';

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
        expect(extractChoice(response, ['one', 'two', 'three', 'four']).value, response).toBe(
          letter,
        );
      }
    });

    it("has lm-eval's standard error of a mean", () => {
      const { _mean_stderr: wanted } = read('metric_fixtures.json') as {
        _mean_stderr: { xs: number[]; stderr: number };
      };
      expect(standardError(wanted.xs)).toBeCloseTo(wanted.stderr, 12);
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
