import { ConfigError } from '@omnict/core';
import { loadCheckpoint, type Module, writeSafetensors } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelConfig } from './config';
import { PROJECTOR_PRESETS, resolvePreset } from './presets';

/** Path of the weights that a model's projector starts from; undefined for a random start. */
export function projectionFile({
  projector,
  sce,
}: Pick<ModelConfig, 'projector' | 'sce'>): string | undefined {
  if (projector === undefined) return undefined;
  return join(resolvePreset(PROJECTOR_PRESETS, projector), weightsOf(sce));
}

/** With the tri-axial embedding a projector has other inputs: each setting has weights of its own. */
function weightsOf(sce: boolean): string {
  return join(sce ? 'sce-on' : 'sce-off', 'model.safetensors');
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
  { projector, sce }: { projector: Module; sce: boolean },
): Promise<void> {
  const path = join(folder, weightsOf(sce));
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, projector.namedParameters(), { floats: 'F16' });
}
