import { canonicalJson } from '@omnict/core';
import type { Trial } from '../spec/expand';
import { isPlainObject } from '../spec/paths';
import type { SpecSource } from '../spec/spec-source';
import type { AnyStage } from './stage-definition';

/** Values of trials and where they were written. */
type Places = Pick<SpecSource, 'value' | 'locate'>;

/** What stages say about the trials' configs before anything runs, each told once, at its place. */
export async function stageProblems<Config>(
  trials: readonly Trial<Config>[],
  stages: readonly AnyStage<Config>[],
  source: Places,
): Promise<string[]> {
  const rows = new Map<string, string[]>();
  const seen = new Set<Config>();
  for (const trial of trials) {
    if (seen.has(trial.config)) continue;
    seen.add(trial.config);
    for (const stage of stages) {
      const section = stage.select(trial.config);
      if (section === undefined) continue;
      for (const problem of (await stage.problems?.(section)) ?? []) {
        const [path = ''] = problem.split(': ', 1);
        const keys = placeOf(path, trial, source);
        const text = `${source.locate(keys)}: ${keys.join('.')}${problem.slice(path.length)}`;
        rows.set(text, [...(rows.get(text) ?? []), trial.row]);
      }
    }
  }
  return [...rows].map(([text, names]) => {
    const distinct = [...new Set(names)];
    const more = distinct.length > 1 ? ` and ${distinct.length - 1} more` : '';
    return `${text} (trial '${distinct[0]}'${more})`;
  });
}

/** Keys of the axis that sets a config path for the trial, or of the config itself. */
function placeOf(path: string, { row, axes }: Trial, { value }: Places): string[] {
  const isSet = Object.keys(axes).find((axis) => axis === path || path.startsWith(`${axis}.`));
  const sweep = isPlainObject(value['sweep']) ? value['sweep'] : {};
  if (isSet === undefined) return ['config', ...path.split('.')];
  const { matrix, zip, include } = sweep;
  if (isPlainObject(matrix) && isSet in matrix) return ['sweep', 'matrix', isSet];
  const group = Object.entries(isPlainObject(zip) ? zip : {}).find(
    ([, axis]) => isPlainObject(axis) && isSet in axis,
  );
  if (group !== undefined) return ['sweep', 'zip', group[0], isSet];
  const index = Array.isArray(include)
    ? include.findIndex((item) => isPlainObject(item) && item['name'] === row)
    : -1;
  return index < 0 ? ['sweep'] : ['sweep', 'include', String(index), 'set', isSet];
}

/**
 * Trials that no stage can tell apart: they differ in values alone that none of them takes. Their
 * scores are equal by construction.
 */
export function equalTrialRemarks<Config>(
  trials: readonly Trial<Config>[],
  stages: readonly AnyStage<Config>[],
): string[] {
  const workOf = new Map<Config, string>();
  const rows = new Map<string, Trial<Config>[]>();
  for (const trial of trials) {
    const { config, seed } = trial;
    const work =
      workOf.get(config) ??
      canonicalJson(stages.map((stage) => [stage.name, stage.select(config) ?? null]));
    workOf.set(config, work);
    const key = `${seed}/${work}`;
    rows.set(key, [...(rows.get(key) ?? []), trial]);
  }
  const groups = [...rows.values()].filter((group) => group.length > 1);
  const remarks = groups.map((group) => {
    const paths = [...new Set(group.flatMap(({ axes }) => Object.keys(axes)))].filter(
      (path) => new Set(group.map(({ axes }) => JSON.stringify(axes[path]))).size > 1,
    );
    const names = [...new Set(group.map(({ row }) => `'${row}'`))];
    return `trials ${names.join(', ')} compute the same: they differ only in ${paths.join(', ')}, which nothing here reads; expected values that matter; correct the axis, or what makes it idle`;
  });
  return [...new Set(remarks)];
}
