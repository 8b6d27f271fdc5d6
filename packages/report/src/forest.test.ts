import { createMetrics, DEFAULT_METRICS, type PredictionRow, scoreRows } from '@omnict/eval';
import { describe, expect, it } from 'vitest';
import { ablationTable } from './ablation-table';
import { tableFindings } from './findings';
import { forestPlot } from './forest';
import { renderAblationTable } from './render-table';
import { tableRows, type TrialScores } from './table-input';
import { widthOf } from './text-grid';

const METRICS = createMetrics(DEFAULT_METRICS);
const ORGANS = ['liver', 'lungs'] as const;

/** 80 slice questions, 40 an organ, of which some of each are answered right. */
function result(right: Record<(typeof ORGANS)[number], number>) {
  const rows = ORGANS.flatMap((organ) =>
    Array.from({ length: 40 }, (_, i): PredictionRow => ({
      id: `${organ}${i}`,
      references: ['yes'],
      answer: 'yes',
      prediction: i < right[organ] ? 'yes' : 'no',
      fields: { modality: 'slice', organ, taskType: 'judgment' },
    })),
  );
  return scoreRows(rows, { metrics: DEFAULT_METRICS, interval: 'bootstrap', resamples: 200 });
}

const [BASE, BETTER, SAME] = await Promise.all([
  result({ liver: 20, lungs: 20 }),
  result({ liver: 39, lungs: 21 }),
  result({ liver: 20, lungs: 22 }),
]);
const trial = (sce: boolean, seed: number, model: typeof BASE): TrialScores => ({
  row: `model.sce=${sce}`,
  axes: { 'model.sce': sce },
  isBaseline: !sce,
  seed,
  model,
  majority: BASE,
});
const ROWS = tableRows([trial(false, 0, BASE), trial(true, 0, BETTER)]);
const FIELDS = new Map(
  BASE.samples.map(({ id }) => [id, { organ: id.replace(/\d+/, ''), taskType: 'judgment' }]),
);
const options = { metrics: METRICS, resamples: 400 };

describe('forest plot', () => {
  const table = ablationTable(ROWS, options);
  const forest = forestPlot(ROWS, { ...options, table, skills: null, fields: FIELDS });
  const groupsBy = (by: string) => forest?.panels.find((panel) => panel.by === by)?.groups ?? [];

  it('has the differences of the table, and those by organ and task', () => {
    const { delta, adjustedPValue } = table.rows[1]?.cells[0] ?? {};
    expect(groupsBy('all')).toEqual([
      {
        label: 'closed accuracy',
        samples: 80,
        points: [{ row: 'SCE on', delta, adjustedPValue }],
      },
    ]);
    expect(groupsBy('organ').map(({ label, samples }) => [label, samples])).toEqual([
      ['liver', 40],
      ['lungs', 40],
    ]);
    const means = groupsBy('organ').map(({ points: [point] }) => point?.delta.mean);
    expect(means[0]).toBeCloseTo(19 / 40, 12);
    expect(means[1]).toBeCloseTo(1 / 40, 12);
    expect(groupsBy('taskType')[0]?.points[0]?.delta.mean).toBeCloseTo(20 / 80, 12);
  });

  it('corrects by Holm over organs and tasks together', () => {
    const points = ['organ', 'taskType'].flatMap((by) =>
      groupsBy(by).flatMap((group) => group.points),
    );
    expect(points).toHaveLength(3);
    const [smallest] = points.map(({ delta }) => delta.pValue ?? 1).sort((a, b) => a - b);
    const adjusted = Math.min(...points.map(({ adjustedPValue = 1 }) => adjustedPValue));
    expect(adjusted).toBeCloseTo(3 * (smallest ?? NaN), 12);
  });

  it('shows each seed where there are several', () => {
    const seeded = tableRows([
      trial(false, 0, BASE),
      trial(false, 1, SAME),
      trial(true, 0, BETTER),
      trial(true, 1, SAME),
    ]);
    const { panels = [] } =
      forestPlot(seeded, {
        ...options,
        skills: null,
        fields: FIELDS,
        table: ablationTable(seeded, options),
      }) ?? {};
    const seeds = panels[0]?.groups[0]?.points[0]?.seeds ?? [];
    expect(seeds[0]).toBeCloseTo(20 / 80, 12);
    expect(seeds[1]).toBe(0);
  });

  it('is nothing without a baseline', () => {
    const rows = tableRows([{ ...trial(true, 0, BETTER), isBaseline: false }]);
    const own = ablationTable(rows, options);
    expect(forestPlot(rows, { ...options, table: own, skills: null, fields: FIELDS })).toBeNull();
  });
});

describe('findings', () => {
  it('claim what is left after the correction, and nothing of what is not', () => {
    const rows = tableRows([trial(false, 0, BASE), trial(true, 0, BETTER)]);
    expect(tableFindings(ablationTable(rows, options))).toEqual([
      {
        isShown: true,
        text: expect.stringMatching(
          /^SCE on scores higher than SCE off in closed accuracy of slices: \+25\.0 points \[\+.*\], corrected p [=<] 0\.\d+, n = 80\.$/,
        ) as string,
      },
    ]);
    const close = tableRows([trial(false, 0, BASE), trial(true, 0, SAME)]);
    const [finding] = tableFindings(ablationTable(close, options));
    expect(finding?.isShown).toBe(false);
    expect(finding?.text).toContain('is not shown to differ from SCE off');
  });
});

describe('the table in a terminal', () => {
  it('fits 80 columns however many columns and however long its names are', () => {
    const long = 'a name that goes on and on for much more than half of a line of a terminal';
    const rows = tableRows([
      trial(false, 0, BASE),
      { ...trial(true, 0, BETTER), row: long, axes: {} },
      { ...trial(true, 1, BETTER), row: 'broken', model: undefined, failure: long },
    ]);
    const table = ablationTable(rows, options);
    const [column] = table.columns;
    const wide = {
      ...table,
      columns: Array.from({ length: 5 }, () => column as NonNullable<typeof column>),
      rows: table.rows.map((row) => ({
        ...row,
        cells: Array.from({ length: 5 }, () => row.cells[0] ?? null),
      })),
    };
    const text = renderAblationTable(wide);
    expect(widthOf(text)).toBeLessThanOrEqual(80);
    expect(text.match(/n = 80/g)).toHaveLength(5);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('SCE off');
    expect(text.match(/\+25\.0 \[/g)).toHaveLength(5);
  });
});
