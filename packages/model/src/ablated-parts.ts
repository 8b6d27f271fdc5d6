import type { CompositionName } from '@omnict/encoding';
import type { ProjectionName } from '@omnict/projector';
import type { ModelConfig } from './config';

/** The parts of Spatial Consistency Enhancement (Sec. 2.1), each as it is set. */
export interface SceParts {
  composition: CompositionName;
  /** Tri-axial positional embedding. */
  tpe: boolean;
  projection: ProjectionName;
}

/** What decides the parts: the short form or a key of each. */
export type SceKeys = Partial<Pick<ModelConfig, 'sce' | 'composition' | 'projection'>> & {
  tpe?: { enabled?: boolean | undefined } & Partial<Omit<ModelConfig['tpe'], 'enabled'>>;
};

/** What `model.sce` stands for. The projection is the same in both: so Table 1's rows differ in the rest. */
const SHORT_FORMS: Readonly<Record<'true' | 'false', SceParts>> = {
  true: { composition: 'compose', tpe: true, projection: 'moe-hybrid' },
  false: { composition: 'sample', tpe: false, projection: 'moe-hybrid' },
};

/** Returns how each part is set: by its own key, else by `sce`, else as in the paper. */
export function scePartsOf({ sce = true, composition, tpe, projection }: SceKeys): SceParts {
  const short = SHORT_FORMS[`${sce}`];
  return {
    composition: composition ?? short.composition,
    tpe: tpe?.enabled ?? short.tpe,
    projection: projection ?? short.projection,
  };
}

/** Says where the short form and a part's own key contradict each other, as `config.path: reason`. */
export function scePartProblems({ sce, ...keys }: SceKeys): string[] {
  if (sce === undefined) return [];
  const short = SHORT_FORMS[`${sce}`];
  const given = scePartsOf({ sce, ...keys });
  return (['composition', 'tpe', 'projection'] as const)
    .filter((part) => given[part] !== short[part])
    .map(
      (part) =>
        `model.${part === 'tpe' ? 'tpe.enabled' : part}: is ${given[part]}, but model.sce: ${sce} stands for ${short[part]}; remove one of them (~config.model.sce)`,
    );
}

/**
 * A config that is equal for equal parts, however they are written: `sce` alone where it says all. Keys that
 * contradict each other stay as they are, for `scePartProblems` to tell.
 */
export function withCanonicalParts<Config extends SceKeys>(config: Config): Config {
  if (scePartProblems(config).length > 0) return config;
  const parts = scePartsOf(config);
  const { sce: _sce, composition: _composition, projection: _projection, tpe, ...rest } = config;
  const { enabled: _enabled, ...widths } = tpe ?? {};
  const sce = shortFormOf(parts);
  const own =
    sce === undefined ? { composition: parts.composition, projection: parts.projection } : { sce };
  const ownTpe = sce === undefined ? { ...widths, enabled: parts.tpe } : widths;
  return { ...rest, ...own, tpe: ownTpe } as unknown as Config;
}

/** The `sce` that stands for these parts; undefined when neither does. */
export function shortFormOf(parts: SceParts): boolean | undefined {
  return [true, false].find((sce) => {
    const short = SHORT_FORMS[`${sce}` as 'true' | 'false'];
    return (
      short.composition === parts.composition &&
      short.tpe === parts.tpe &&
      short.projection === parts.projection
    );
  });
}

/** Names parts in a word: `sce-on`, `sce-off`, or each, as `compose_no-tpe_shared`. */
export function scePartsName(parts: SceParts): string {
  const sce = shortFormOf(parts);
  if (sce !== undefined) return sce ? 'sce-on' : 'sce-off';
  return [parts.composition, parts.tpe ? 'tpe' : 'no-tpe', parts.projection].join('_');
}
