import { canonicalJson, type Modality } from '@omnict/core';
import { holmCorrection, type IntervalOptions, type NamedMetric } from '@omnict/eval';
import { axisText, joinAxes } from './row-title';
import { type CellDelta, deltaOf } from './table-cell';
import type { TableRowInput } from './table-input';

/** Questions of one modality that need the same part of OmniCT. */
export interface MechanismQuestions {
  mechanism: string;
  modality: Modality;
  skills: readonly string[];
}

/** Difference that a part of OmniCT makes to the questions that need it, all else equal. */
export interface MechanismContrast extends MechanismQuestions {
  /** What is switched: `SCE`. */
  axis: string;
  /** Its values with the mechanism and without: `on`, `off`. */
  with: string;
  without: string;
  /** What both have in common: `OSE none`; empty where nothing else varies. */
  common: string;
  /** Paired by seed and question. */
  delta: CellDelta;
  /** P-value, corrected by Holm over all contrasts. */
  adjustedPValue?: number;
}

/** Axis that switches a part of OmniCT, and its values with and without it. */
interface Switch {
  path: string;
  with: unknown;
  without: unknown;
}

const SCE: Switch = { path: 'model.sce', with: true, without: false };

/** OmniCT's parts by the mechanism that questions say they need (Sec. 3.2 and 3.3 of the paper). */
const SWITCHES: Readonly<Record<string, Switch>> = {
  composition: SCE,
  position: SCE,
  localization: { path: 'model.ose.strategy', with: 'adaptive', without: 'none' },
};

/** Compares rows that differ in nothing but a mechanism, on the questions that need it. */
export function mechanismContrasts(
  groups: readonly MechanismQuestions[],
  rows: readonly TableRowInput[],
  { named, options }: { named: NamedMetric; options: IntervalOptions },
): MechanismContrast[] {
  const contrasts = groups.flatMap((group): MechanismContrast[] => {
    const { mechanism, modality } = group;
    const part = SWITCHES[mechanism];
    if (part === undefined) return [];
    const keeps = (sample: { mechanism?: string }): boolean => sample.mechanism === mechanism;
    return pairsOf(part, rows).flatMap(({ own, other, common }) => {
      const measure = { modality, named, keeps };
      const delta = deltaOf(own.seeds, other.seeds, { measure, options });
      if (delta === null) return [];
      const { axis, value } = axisText(part.path, part.with);
      const { value: without } = axisText(part.path, part.without);
      return [{ ...group, axis, with: value, without, common, delta }];
    });
  });
  const adjusted = holmCorrection(contrasts.map(({ delta }) => delta.pValue));
  return contrasts.map((contrast, index) => {
    const adjustedPValue = adjusted[index] ?? null;
    return { ...contrast, ...(adjustedPValue !== null && { adjustedPValue }) };
  });
}

/** Rows with a part, each beside the row that only lacks it. */
function pairsOf(
  part: Switch,
  rows: readonly TableRowInput[],
): { own: TableRowInput; other: TableRowInput; common: string }[] {
  return rows.flatMap((own) => {
    if (own.axes[part.path] !== part.with) return [];
    const { [part.path]: _, ...rest } = own.axes;
    const wanted = canonicalJson({ ...rest, [part.path]: part.without });
    const other = rows.find(({ axes }) => canonicalJson({ ...axes }) === wanted);
    const common = joinAxes(Object.entries(rest).map(([path, value]) => axisText(path, value)));
    return other === undefined ? [] : [{ own, other, common }];
  });
}
