import { createMetrics, DEFAULT_METRICS, type PredictionRow, scoreRows } from '@omnict/eval';
import { describe, expect, it } from 'vitest';
import { ablationTable, type AblationTable } from '../ablation-table';
import { groupScores, type GroupScores } from '../group-scores';
import { csvTables } from '../render-csv';
import { escapeLatex, latexTable } from '../render-latex';
import { tableRows } from '../table-input';
import { axisPlots } from './axis-plot';
import { figureFile } from './figure';
import { heatMap } from './heat-map';
import { radar } from './radar';

const METRICS = createMetrics(DEFAULT_METRICS);
const ORGANS = ['liver', 'lungs', 'spleen'];

/** 30 questions, ten an organ; right are all about the first `organs` of them. */
const scored = (organs: number) =>
  scoreRows(
    Array.from({ length: 30 }, (_, i): PredictionRow => ({
      id: String(i),
      references: ['yes'],
      answer: 'yes',
      prediction: i % 3 < organs ? 'yes' : 'no',
      fields: { modality: 'volume', taskType: 'judgment' },
    })),
    { metrics: DEFAULT_METRICS, interval: 'bootstrap', resamples: 100 },
  );

const FIELDS = new Map(
  Array.from({ length: 30 }, (_, i) => [String(i), { organ: ORGANS[i % 3] ?? '' }]),
);
const [ONE, TWO] = await Promise.all([scored(1), scored(2)]);
const ROWS = tableRows([
  { row: 'tokens=1', axes: { tokens: 1 }, seed: 0, isBaseline: true, model: ONE },
  { row: 'tokens=4', axes: { tokens: 4 }, seed: 0, isBaseline: false, model: TWO },
]);
const TABLE: AblationTable = ablationTable(ROWS, { metrics: METRICS, resamples: 200 });

describe('group scores', () => {
  const [scores, ...others] = groupScores(ROWS, METRICS, FIELDS);

  it('are the share of right answers by organ and row', () => {
    expect(others).toEqual([]); // there is nothing else to part by
    expect(scores).toMatchObject({
      by: 'organ',
      modality: 'volume',
      groups: ORGANS.map((label) => ({ label, samples: 10 })),
      rows: [
        { title: 'tokens 1', values: [1, 0, 0] },
        { title: 'tokens 4', values: [1, 1, 0] },
      ],
    });
  });

  it('are drawn with each value in its cell, darker for more', () => {
    const { body, caption } = heatMap(scores as GroupScores);
    expect(body.text.match(/>(100\.0|0\.0)</g)).toEqual(
      [100, 0, 0, 100, 100, 0].map((value) => `>${value.toFixed(1)}<`),
    );
    const opacities = [...body.text.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, share]) =>
      Number(share),
    );
    expect(opacities).toEqual([0.78, 0.05, 0.05, 0.78, 0.78, 0.05]);
    expect(caption).toContain('in percent');
  });

  it('are drawn as a radar of a corner a group, none of fewer than three', () => {
    const drawn = radar(scores as GroupScores);
    const polygons = [...(drawn?.body.text ?? '').matchAll(/class="line[^"]*" points="([^"]*)"/g)];
    expect(polygons.map(([, points = '']) => points.split(' ').length)).toEqual([3, 3]);
    // The second organ is right in the second row only: at the rim there, at the centre in the first.
    expect(polygons.map(([, points = '']) => points.split(' ')[1])).toEqual([
      '175.0,165.0',
      '257.3,212.5',
    ]);
    expect(drawn?.caption).toContain('10 liver, 10 lungs, 10 spleen');
    const two = { ...(scores as GroupScores), groups: scores?.groups.slice(0, 2) ?? [] };
    expect(radar(two)).toBeNull();
  });
});

describe('figures along an axis', () => {
  it('draw a number as a line, and shares of slices and volumes as a line each', () => {
    const [line] = axisPlots(TABLE);
    expect(line?.title).toContain('along tokens');
    const [slices, volumes] = ['train.finetune.sampling.slices', 'train.finetune.sampling.volumes'];
    const shares = (axes: [number, number][]): AblationTable => ({
      ...TABLE,
      rows: axes.map(([own, other], index) => ({
        ...(TABLE.rows[0] as AblationTable['rows'][number]),
        name: `row ${index}`,
        axes: { [slices as string]: own, [volumes as string]: other },
      })),
    });
    const axes: [number, number][] = [
      ...([[0.5, 0], [1, 0], [0, 0.5], [0, 1], [0.5, 0.5], [1, 1]] as [number, number][]), // prettier-ignore
    ];
    const [drawn] = axisPlots(shares(axes));
    for (const name of ['slices alone', 'volumes alone', 'both'])
      expect(drawn?.body.text).toContain(`>${name}<`);
    expect(drawn?.body.text.match(/<polyline/g)).toHaveLength(3);
  });

  it('draw encoders as points with their tokens, and nothing where nothing varies', () => {
    const encoders: AblationTable = {
      ...TABLE,
      rows: TABLE.rows.map((row, index) => ({
        ...row,
        name: `encoder=${index}`,
        axes: { 'model.encoder': index === 0 ? 'a/siglip' : 'b/dino' },
      })),
    };
    const [drawn] = axisPlots(encoders, { 'encoder siglip': { slice: 81, volume: 405 } });
    expect(drawn?.body.text).toContain('encoder siglip (405 tokens)');
    expect(drawn?.body.text).toContain('>encoder dino<');
    const constant = { ...TABLE, rows: TABLE.rows.map((row) => ({ ...row, axes: {} })) };
    expect(axisPlots(constant)).toEqual([]);
  });
});

describe('files', () => {
  it('of figures are SVG on their own: no custom property, hostile texts escaped', () => {
    const [scores] = groupScores(ROWS, METRICS, FIELDS);
    const hostile = '</svg><script>alert(1)</script>';
    const groups = [{ label: hostile, samples: 1 }, ...(scores?.groups ?? []).slice(1)];
    const svg = figureFile(heatMap({ ...(scores as GroupScores), groups }));
    expect(svg).toMatch(/^<\?xml.*\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toMatch(/var\(|<script|undefined|NaN/);
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
  });

  it('of LaTeX have a row a configuration, and no text of a run is a command', () => {
    expect(escapeLatex('50 % of a_b & \\input{x} $ # ~ ^')).toBe(
      '50 \\% of a\\_b \\& \\textbackslash{}input\\{x\\} \\$ \\# \\textasciitilde{} \\textasciicircum{}',
    );
    const latex = latexTable(TABLE, 'run_1');
    expect(latex).toContain('\\caption{run\\_1. ');
    expect(latex).toMatch(/tokens 4 & 66\.7 \{\\footnotesize \[/);
    expect(latex).toMatch(/\$\+33\.3\$ \[.*\$\^\{\*\}\$ \\\\/);
    expect(latex).toContain('$n = 30$');
    const columns = (line: string): number => line.split(/(?<!\\)&/).length;
    const body = latex.slice(latex.indexOf('\\midrule'), latex.indexOf('\\bottomrule'));
    for (const line of body.split('\n').slice(1, -1))
      expect(columns(line)).toBe(TABLE.columns.length + 1);
  });

  it('of CSV have a line a figure; a formula is none', () => {
    const rows = TABLE.rows.map((row) => ({ ...row, name: '=1+1', axes: {} }));
    const csv = csvTables([{ id: 'run', table: { ...TABLE, rows } }]);
    const [head = '', ...lines] = csv.trim().split('\n');
    expect(head.split(',')).toEqual(expect.arrayContaining(['value', 'delta', 'p_holm']));
    expect(lines).toHaveLength(2 * TABLE.columns.length);
    expect(lines[0]).toMatch(/^run,ablation,'=1\+1,yes,0,volume,,accuracy,30,0\.333/);
  });
});
