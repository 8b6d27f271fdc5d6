import { createMetrics, DEFAULT_METRICS, type PredictionRow, scoreRows } from '@omnict/eval';
import { describe, expect, it } from 'vitest';
import { ablationTable } from './ablation-table';
import { PAPER_TABLE_NAMES } from '@omnict/core';
import { paperFigures, paperTable } from './paper-tables/paper-table';
import { rowTitle, trialTitle } from './row-title';
import { renderAblationTable } from './render-table';
import { renderSweepCost, sweepCost } from './sweep-cost';
import { tableRows, type TrialScores } from './table-input';

const METRICS = createMetrics(DEFAULT_METRICS);

/** 40 slice questions of which the first `right` are answered right. */
function result(right: number) {
  const rows = Array.from({ length: 40 }, (_, i): PredictionRow => ({
    id: String(i),
    references: ['yes'],
    answer: 'yes',
    prediction: i < right ? 'yes' : 'no',
    fields: { modality: 'slice', organ: 'liver', taskType: 'judgment' },
  }));
  return scoreRows(rows, { metrics: DEFAULT_METRICS, interval: 'bootstrap', resamples: 100 });
}

const [HALF, THREE_QUARTERS, MOST] = await Promise.all([result(20), result(30), result(34)]);

const trial = (row: string, more: Partial<TrialScores>): TrialScores => ({
  row,
  axes: {},
  seed: 0,
  isBaseline: false,
  majority: HALF,
  ...more,
});

const TRIALS = [
  trial('base', {
    isBaseline: true,
    model: HALF,
    axes: { 'model.sce': false, 'model.ose.strategy': 'none' },
  }),
  trial('full', {
    model: THREE_QUARTERS,
    axes: { 'model.sce': true, 'model.ose.strategy': 'adaptive' },
  }),
  trial('full', {
    model: MOST,
    seed: 1,
    axes: { 'model.sce': true, 'model.ose.strategy': 'adaptive' },
  }),
  trial('broken', { failure: 'train: loss is NaN' }),
];

describe('ablation table', () => {
  const table = ablationTable(tableRows(TRIALS), {
    metrics: METRICS,
    resamples: 500,
    paper: paperTable('table-1'),
  });
  const row = (name: string) => table.rows.find((candidate) => candidate.name === name);

  it('averages over seeds and compares with the baseline, paired', () => {
    expect(row('base')?.cells[0]).toMatchObject({ mean: 0.5 });
    expect(row('full')?.cells[0]?.mean).toBeCloseTo(0.8, 12);
    const delta = row('full')?.cells[0]?.delta;
    expect(delta?.mean).toBeCloseTo(0.25, 12); // seed 0 only: the baseline has no seed 1
    expect(delta?.low).toBeGreaterThan(0.1);
    expect(row('base')?.cells[0]?.delta).toBeUndefined();
  });

  it('corrects p-values over the whole table, marks what is left, and says what can be seen', () => {
    const delta = row('full')?.cells[0]?.delta;
    const adjusted = row('full')?.cells[0]?.adjustedPValue ?? NaN;
    // Two differences: the majority row's p-value of 1 stands beside this one.
    expect(adjusted).toBeCloseTo(2 * (delta?.pValue ?? NaN), 12);
    expect(row('majority answer')?.cells[0]?.adjustedPValue).toBe(1);
    const text = renderAblationTable(table);
    expect(text).toMatch(/\+25\.0 \[[^\]]*\]\*/);
    expect(text).toContain("after Holm's correction");
    expect(table.resolvable[0]).toBeGreaterThan(0.05);
    expect(text).toMatch(/can resolve a difference of \d+\.\d in closed accuracy of slices/);
  });

  it('shows what is missing instead of averaging it away', () => {
    expect(row('broken')).toMatchObject({ cells: [null], missing: ['seed 0: train: loss is NaN'] });
    expect(renderAblationTable(table)).toContain('loss is NaN');
  });

  it('has the majority baseline as a row of its own', () => {
    expect(row('majority answer')?.cells[0]?.mean).toBe(0.5);
  });

  it("sets the paper's figures beside the rows they belong to", () => {
    // OmniCT, Table 1: without SCE and OSE, and with both.
    expect(Object.values(row('base')?.paper ?? {})).toEqual([78.68, 62.17]);
    expect(Object.values(row('full')?.paper ?? {})).toEqual([81.45, 66.15]);
    expect(row('broken')?.paper).toBeUndefined();
    const organTokens = paperTable('table-12');
    const axes = { 'model.ose.tokens2d': 36, 'model.ose.tokens3d': 40 };
    expect(paperFigures(organTokens, axes)).toEqual({ '2D': 80.66, '3D': 63.81, 'Avg.': 72.24 });
    for (const name of PAPER_TABLE_NAMES) {
      const { rows, columns } = paperTable(name);
      expect(new Set(rows.map(({ when }) => JSON.stringify(when))).size).toBe(rows.length);
      for (const { values } of rows) {
        expect(columns).toEqual(expect.arrayContaining(Object.keys(values)));
        expect(Object.values(values).every((value) => value > 0 && value < 100)).toBe(true);
      }
    }
    expect(() => paperTable('table-99')).toThrow(/table-1/);
  });

  it.each(['table-10', 'table-11', 'table-12', 'table-13'] as const)(
    "%s has the paper's averages, made of all other columns",
    (name) => {
      const { rows, columns } = paperTable(name);
      for (const { values } of rows) {
        const { 'Avg.': average, ...figures } = values;
        expect(Object.keys(figures)).toHaveLength(columns.length - 1);
        const sum = Object.values(figures).reduce((total, figure) => total + figure, 0);
        // Printed figures are rounded: half a unit of the last place of each, and of the average.
        const unit = name === 'table-13' ? 0.1 : 0.01;
        expect(Math.abs(sum / (columns.length - 1) - (average ?? NaN))).toBeLessThanOrEqual(
          unit * 1.01,
        );
      }
    },
  );

  it('names the parts of SCE that a row changes', () => {
    const row = { name: 'model.tpe=false', axes: { 'model.tpe': false } };
    expect(rowTitle(row)).toBe('TPE off');
    const kind = { name: 'model.projection=shared', axes: { 'model.projection': 'shared' } };
    expect(rowTitle(kind)).toBe('projection shared');
  });

  it('names trials as it names rows', () => {
    expect(trialTitle('model.sce=true ose.strategy=adaptive seed=1')).toBe(
      'SCE on, OSE adaptive, seed 1',
    );
    expect(trialTitle('no-image seed=0')).toBe('no-image, seed 0');
    expect(trialTitle('train.finetune.learningRate=0.002')).toBe('learningRate 0.002');
  });

  it('sets Table 10 beside two towers, and nothing beside another projection alone', () => {
    const towers = {
      'model.volumeEncoder': 'GoodBaiBai88/M3D-CLIP',
      'model.projection': 'separate',
    };
    expect(paperFigures(paperTable('table-10'), towers)).toMatchInlineSnapshot(`
      {
        "2D": 34.57,
        "3D": 30.58,
        "Avg.": 32.58,
      }
    `);
    const tiny = { 'model.projection': 'separate' };
    expect(paperFigures(paperTable('table-10'), tiny)).toBeUndefined();
  });

  it('takes the figure of one seed as it was scored, its interval with it', () => {
    const figure = HALF.figures.groups['modality']?.['slice']?.metrics['accuracy'];
    const { low, high } = figure?.interval ?? {};
    expect(row('base')?.cells[0]).toMatchObject({ mean: 0.5, low, high, count: 40 });
    expect(table.columns).toEqual([
      { modality: 'slice', metric: 'accuracy', title: 'closed accuracy', samples: 40 },
    ]);
  });

  it('is printed with intervals in percent', () => {
    const text = renderAblationTable(table);
    expect(text).toMatch(/base +50\.0 \[\d\d\.\d, \d\d\.\d\]/);
    expect(text).toMatch(/\+25\.0 \[/);
  });
});

describe('sweep cost', () => {
  it('counts what sharing and the cache saved', () => {
    const cost = sweepCost(
      [
        { stage: 'encode', trials: 4, ran: true, seconds: 10 },
        { stage: 'train', trials: 1, ran: true, seconds: 60 },
        { stage: 'train', trials: 1, ran: false, seconds: 50 },
      ],
      75,
    );
    expect(cost.stages).toEqual([
      { stage: 'encode', needed: 4, distinct: 1, ran: 1, seconds: 10, savedSeconds: 30 },
      { stage: 'train', needed: 2, distinct: 2, ran: 1, seconds: 60, savedSeconds: 50 },
    ]);
    expect(renderSweepCost(cost)).toContain('Wall time: 1 min 15 s');
  });
});
