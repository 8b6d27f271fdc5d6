import type { Modality } from '@omnict/core';
import type { IntervalOptions, NamedMetric, SampleStatistics } from '@omnict/eval';
import { type AblationTableOptions, MODALITIES } from './ablation-table';
import {
  type MechanismContrast,
  mechanismContrasts,
  type MechanismQuestions,
} from './mechanism-contrasts';
import { type AxisText, axisTexts, joinAxes } from './row-title';
import { comparedCell, enoughResamples, type TableCell, withHolm } from './table-cell';
import { MAJORITY_ROW, NO_SEED, type TableRowInput } from './table-input';

/** One column: a row of the sweep, its seeds together. */
export interface SkillColumn {
  /** Name of the row in the sweep's table. */
  name: string;
  /** Short: `SCE off, OSE none`. */
  title: string;
  /** What the title is made of; empty for a row with a name of its own. */
  axes: readonly AxisText[];
  isBaseline: boolean;
  /** Always the most frequent answer: a figure to look at, compared with nothing. */
  isMajority: boolean;
}

/** One row: the closed questions of one skill on one modality. */
export interface SkillRow {
  modality: Modality;
  skill: string;
  /** Part of OmniCT that its questions need, where the data set says so. */
  mechanism?: string;
  /** Questions behind each figure. */
  samples: number;
  /** Closed accuracy by column, in [0, 1]; null where there is none. */
  cells: readonly (TableCell | null)[];
}

/** What each trial can do, skill by skill: plain data, ready for JSON. */
export interface SkillsTable {
  confidence: number;
  columns: readonly SkillColumn[];
  rows: readonly SkillRow[];
  contrasts: readonly MechanismContrast[];
}

/**
 * Compares the rows of a sweep on the closed questions of each skill; intervals and differences as in
 * the ablation table, corrected by Holm over this table.
 *
 * @returns null when no closed question says what skill it tests, or accuracy was not asked for
 */
export function skillsTable(
  rows: readonly TableRowInput[],
  {
    metrics,
    confidence = 0.95,
    resamples = 2000,
  }: Pick<AblationTableOptions, 'metrics' | 'confidence' | 'resamples'>,
): SkillsTable | null {
  const named = metrics.find(({ metric }) => metric.name === 'accuracy');
  if (named === undefined) return null;
  const skills = presentSkills(rows, named);
  if (skills.length === 0) return null;
  const options: IntervalOptions = { method: 'bootstrap', confidence, resamples, seed: 0 };
  const columns = rows.map(skillColumn);
  const baseline = rows.find(({ isBaseline }) => isBaseline);
  const comparisons = skills.length * columns.filter((column) => !column.isMajority).length;
  const deltaOptions = enoughResamples(options, comparisons);
  const compared = skills.map(({ modality, skill, mechanism }): SkillRow => {
    const keeps = (sample: SampleStatistics): boolean =>
      sample.skill === skill && sample.mechanism === mechanism;
    const cells = rows.map((row, column) => {
      const isCompared = row !== baseline && columns[column]?.isMajority === false;
      return comparedCell(row.seeds, isCompared ? baseline?.seeds : undefined, {
        measure: { modality, named, keeps },
        options,
        deltaOptions,
      });
    });
    return {
      modality,
      skill,
      ...(mechanism !== undefined && { mechanism }),
      samples: Math.max(...cells.map((cell) => cell?.count ?? 0)),
      cells,
    };
  });
  return {
    confidence,
    columns,
    rows: withHolm(compared),
    contrasts: mechanismContrasts(groupsOf(skills), rows, { named, options }),
  };
}

type Skill = Pick<SkillRow, 'modality' | 'skill' | 'mechanism'>;

/** Skills of closed questions, those that need the same beside each other. */
function presentSkills(rows: readonly TableRowInput[], { asked }: NamedMetric): Skill[] {
  const found = new Map<string, Skill>();
  for (const { seeds } of rows)
    for (const { samples } of seeds.values())
      for (const { modality: own, skill, mechanism, statistics } of samples) {
        const modality = MODALITIES.find((candidate) => candidate === own);
        if (modality === undefined || skill === undefined || !statistics[asked]) continue;
        const key = JSON.stringify([MODALITIES.indexOf(modality), mechanism ?? '', skill]);
        found.set(key, { modality, skill, ...(mechanism !== undefined && { mechanism }) });
      }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, skill]) => skill);
}

/** Puts skills that need the same together. */
function groupsOf(skills: readonly Skill[]): MechanismQuestions[] {
  const groups = new Map<string, MechanismQuestions>();
  for (const { modality, skill, mechanism } of skills) {
    if (mechanism === undefined) continue;
    const key = `${modality}/${mechanism}`;
    const others = groups.get(key)?.skills ?? [];
    groups.set(key, { mechanism, modality, skills: [...others, skill] });
  }
  return [...groups.values()];
}

function skillColumn(row: TableRowInput): SkillColumn {
  const isMajority = row.seeds.has(NO_SEED);
  const axes = isMajority ? [] : axisTexts(row);
  const name = isMajority ? row.name.replace(MAJORITY_ROW, 'majority') : row.name;
  return {
    name: row.name,
    title: axes.length === 0 ? name : joinAxes(axes),
    axes,
    isBaseline: row.isBaseline,
    isMajority,
  };
}
