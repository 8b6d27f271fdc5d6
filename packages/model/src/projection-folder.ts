import { ConfigError } from '@omnict/core';
import { loadCheckpoint, type Module, writeSafetensors } from '@omnict/nn';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type SceKeys, type SceParts, scePartsName, scePartsOf } from './ablated-parts';
import type { ModelConfig } from './config';
import { PROJECTOR_PRESETS, resolvePreset } from './presets';

/** Which weights a model's projector starts from. */
type ProjectionChoice = Pick<ModelConfig, 'projector'> & SceKeys;

/** Path of the weights that a model's projector starts from; undefined for a random start. */
export function projectionFile(config: ProjectionChoice): string | undefined {
  const { projector } = config;
  if (projector === undefined) return undefined;
  return join(resolvePreset(PROJECTOR_PRESETS, projector), weightsOf(scePartsOf(config)));
}

/** Other parts of SCE give a projector other inputs or matrices: each setting has weights of its own. */
function weightsOf(parts: SceParts): string {
  return join(scePartsName(parts), 'model.safetensors');
}

/** Says that a folder of projection weights has none for the parts of SCE, as `config.path: reason`. */
export function projectionProblems(config: ProjectionChoice): string[] {
  const path = projectionFile(config);
  if (path === undefined || existsSync(path)) return [];
  const folder = dirname(dirname(path));
  if (!existsSync(folder)) return []; // the name itself is wrong, and told so
  const present = readdirSync(folder).sort().join(', ');
  const { composition, tpe, projection } = scePartsOf(config);
  return [
    `model.projector: '${config.projector}' has weights for ${present}, not for ${scePartsName(scePartsOf(config))} (composition ${composition}, tpe ${tpe ? 'on' : 'off'}, projection ${projection}); leave it out to start from random ones (~config.model.projector), or make some by a projector recipe whose settings have these parts (omnict pretrain)`,
  ];
}

/**
 * Loads the weights that a model's projector starts from.
 *
 * @throws ConfigError when the folder has none for this setting, or they are of other sizes
 */
export async function loadProjection(projector: Module, config: ModelConfig): Promise<void> {
  const path = projectionFile(config);
  if (path === undefined) return;
  if (!existsSync(path)) {
    throw new ConfigError(
      projectionProblems(config)[0] ??
        `model.projector: no ${path}; expected one of ${PROJECTOR_PRESETS.join(', ')} or a folder that a projector recipe wrote; correct it, or leave it out`,
    );
  }
  await loadCheckpoint(projector, dirname(path)).catch((cause: unknown) => {
    throw new ConfigError(
      `model.projector: the weights in ${path} do not fit this model: ${cause instanceof Error ? cause.message : String(cause)}; choose encoder, llm, tpe, unshuffle and projectorWidth as in their recipe, or leave model.projector out (~config.model.projector)`,
      { cause },
    );
  });
}

/** Writes a projector's weights where {@link loadProjection} finds them, as float16. */
export async function saveProjection(
  folder: string,
  { projector, parts }: { projector: Module; parts: SceParts },
): Promise<void> {
  const path = join(folder, weightsOf(parts));
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, projector.namedParameters(), { floats: 'F16' });
}
