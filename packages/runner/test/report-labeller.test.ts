import { CT_RATE_LABELS } from '@omnict/core';
import { selectEngine } from '@omnict/nn';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadReportLabeller } from '../src/index';

/** Written by tools/reference/metrics/reportClassifier.py. */
const FOLDER = fileURLToPath(new URL('expected/report-classifier/', import.meta.url));
const expected = JSON.parse(readFileSync(`${FOLDER}labels.json`, 'utf8')) as {
  labels: string[];
  reports: string[];
  probabilities: number[][];
};

beforeAll(async () => {
  await selectEngine();
});

describe('a report classifier', () => {
  it('finds what transformers finds, whatever the order of its labels', async () => {
    const labeller = await loadReportLabeller(FOLDER);
    const found = await labeller.label(expected.reports);
    labeller.dispose();
    expect(found).toHaveLength(expected.reports.length);
    let positive = 0;
    let decided = 0;
    expected.reports.forEach((report, row) => {
      CT_RATE_LABELS.forEach((label, column) => {
        const theirs = expected.probabilities[row]?.[expected.labels.indexOf(label)] ?? NaN;
        if (Math.abs(theirs - 0.5) < 1e-4) return; // rounding decides
        expect(found[row]?.[column], `${label} of ${report}`).toBe(theirs > 0.5);
        decided++;
        if (theirs > 0.5) positive++;
      });
    });
    expect(decided).toBeGreaterThan(2000);
    expect(positive / decided).toBeGreaterThan(0.1);
    expect(positive / decided).toBeLessThan(0.9);
  });

  it('with other labels is refused', async () => {
    const other = fileURLToPath(new URL('expected/bert-score/bert', import.meta.url));
    await expect(loadReportLabeller(other)).rejects.toThrow(/is no classifier/);
  });
});
