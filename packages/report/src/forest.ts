import type { Modality } from '@omnict/core';
import type { IntervalOptions, SampleStatistics } from '@omnict/eval';
import { type AblationTable, type AblationTableOptions, MODALITIES } from './ablation-table';
import { isMajorityRow } from './findings';
import { rowTitle } from './row-title';
import type { SkillsTable } from './skills-table';
import {
  type CellDelta,
  comparedCell,
  enoughResamples,
  type TableCell,
  withHolm,
} from './table-cell';
import type { TableRowInput } from './table-input';

/** Difference of one row to the baseline. */
export interface ForestPoint {
  /** Short name of the row: `SCE on, OSE adaptive`. */
  row: string;
  delta: CellDelta;
  adjustedPValue?: number;
  /** The difference in each seed that both rows have, where there are several. */
  seeds?: readonly number[];
}

/** Differences on the same questions. */
export interface ForestGroup {
  /** Metric, skill, organ or task. */
  label: string;
  samples: number;
  points: readonly ForestPoint[];
}

/** Fields of a question that differences are parted by. */
const FOREST_FIELDS = ['organ', 'taskType'] as const;

/** What questions are parted by in a panel. */
type ForestField = 'all' | 'skill' | (typeof FOREST_FIELDS)[number];

/** One panel: the questions of a modality, parted by one field. */
export interface ForestPanel {
  by: ForestField;
  modality: Modality;
  /** What is measured; the groups of `all` name a metric each. */
  metric: string;
  groups: readonly ForestGroup[];
}

/** Paired differences to the baseline with intervals: plain data, ready for JSON. */
export interface Forest {
  baseline: string;
  confidence: number;
  panels: readonly ForestPanel[];
}

/** Fields of questions by their ids. */
export type QuestionFields = ReadonlyMap<string, Readonly<Partial<Record<string, string>>>>;

/** What a forest plot is made of, beside the rows. */
export interface ForestOptions extends Pick<AblationTableOptions, 'metrics' | 'resamples'> {
  table: AblationTable;
  skills: SkillsTable | null;
  fields: QuestionFields;
}

/**
 * Parts the differences to the baseline by modality, skill, organ and task. Those of the tables stand as
 * they are; those by organ and task are corrected by Holm among themselves.
 *
 * @returns null without a baseline, or without a row to compare with it
 */
export function forestPlot(rows: readonly TableRowInput[], options: ForestOptions): Forest | null {
  const { table, skills } = options;
  const baseline = rows.find(({ isBaseline }) => isBaseline);
  if (baseline === undefined) return null;
  const compared = rows.filter((row) => row !== baseline && !isMajorityRow(row));
  const panels = [
    ...overallPanels(table, rows, baseline),
    ...(skills === null ? [] : skillPanels(skills)),
    ...fieldPanels(compared, baseline, options),
  ].filter(({ groups }) => groups.length > 0);
  if (panels.length === 0) return null;
  return { baseline: rowTitle(baseline), confidence: table.confidence, panels };
}

function overallPanels(
  table: AblationTable,
  rows: readonly TableRowInput[],
  baseline: TableRowInput,
): ForestPanel[] {
  return MODALITIES.map((modality) => ({
    by: 'all',
    modality,
    metric: 'all metrics',
    groups: table.columns.flatMap((column, index) => {
      if (column.modality !== modality) return [];
      const points = table.rows.flatMap((row) => {
        const point = isMajorityRow(row) ? null : pointOf(rowTitle(row), row.cells[index] ?? null);
        if (point === null) return [];
        const own = rows.find(({ name }) => name === row.name);
        const seeds = own === undefined ? [] : seedDeltas(own, baseline, column);
        return [seeds.length < 2 ? point : { ...point, seeds }];
      });
      return points.length === 0 ? [] : [{ label: column.title, samples: column.samples, points }];
    }),
  }));
}

/** Differences seed by seed: scored figures on the same questions, so that no resampling is needed. */
function seedDeltas(
  row: TableRowInput,
  baseline: TableRowInput,
  { modality, metric }: { modality: Modality; metric: string },
): number[] {
  const figureOf = (source: TableRowInput, seed: number): number | undefined =>
    source.seeds.get(seed)?.figures.groups['modality']?.[modality]?.metrics[metric]?.value;
  return [...row.seeds.keys()].flatMap((seed) => {
    const own = figureOf(row, seed);
    const other = figureOf(baseline, seed);
    return own === undefined || other === undefined ? [] : [own - other];
  });
}

function skillPanels({ rows, columns }: SkillsTable): ForestPanel[] {
  return MODALITIES.map((modality) => ({
    by: 'skill',
    modality,
    metric: 'closed accuracy',
    groups: rows
      .filter((row) => row.modality === modality)
      .flatMap(({ skill, samples, cells }) => {
        const points = cells.flatMap(
          (cell, column) => pointOf(columns[column]?.title ?? '', cell) ?? [],
        );
        return points.length === 0 ? [] : [{ label: skill, samples, points }];
      }),
  }));
}

/** Questions of one modality that have the same value of a field. */
interface Part {
  by: (typeof FOREST_FIELDS)[number];
  modality: Modality;
  value: string;
}

function fieldPanels(
  compared: readonly TableRowInput[],
  baseline: TableRowInput,
  { table, metrics, fields, resamples = 2000 }: ForestOptions,
): ForestPanel[] {
  const named = metrics.find(({ metric }) => metric.name === 'accuracy');
  if (named === undefined) return [];
  const parts = presentParts(baseline, fields);
  const { confidence } = table;
  const base: IntervalOptions = { method: 'bootstrap', confidence, resamples, seed: 0 };
  const options = enoughResamples(base, parts.length * compared.length);
  const rows = parts.map((part) => {
    const keeps = ({ id }: SampleStatistics): boolean => fields.get(id)?.[part.by] === part.value;
    const measure = { modality: part.modality, named, keeps };
    const cells = compared.map(({ seeds }) =>
      comparedCell(seeds, baseline.seeds, { measure, options: base, deltaOptions: options }),
    );
    return { part, samples: Math.max(0, ...cells.map((cell) => cell?.count ?? 0)), cells };
  });
  const corrected = withHolm(rows);
  return FOREST_FIELDS.flatMap((by) =>
    MODALITIES.map((modality) => ({
      by,
      modality,
      metric: named.title,
      groups: corrected
        .filter(({ part }) => part.by === by && part.modality === modality)
        .flatMap(({ part, samples, cells }) => {
          const points = cells.flatMap(
            (cell, index) => pointOf(rowTitle(compared[index] as TableRowInput), cell) ?? [],
          );
          return points.length === 0 ? [] : [{ label: part.value, samples, points }];
        }),
    })),
  );
}

function presentParts({ seeds }: TableRowInput, fields: QuestionFields): Part[] {
  const [set] = seeds.values();
  const found = new Map<string, Part>();
  for (const { id, modality: own } of set?.samples ?? []) {
    const modality = MODALITIES.find((candidate) => candidate === own);
    if (modality === undefined) continue;
    for (const by of FOREST_FIELDS) {
      const value = fields.get(id)?.[by];
      if (value !== undefined) found.set(`${by}/${modality}/${value}`, { by, modality, value });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

function pointOf(row: string, cell: TableCell | null): ForestPoint | null {
  if (cell?.delta === undefined) return null;
  const { delta, adjustedPValue } = cell;
  return { row, delta, ...(adjustedPValue !== undefined && { adjustedPValue }) };
}
