import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Trained models that come with this package. */
export const MODEL_PRESETS = ['omnict-tiny'] as const;

/** Projection weights that come with this package. */
export const PROJECTOR_PRESETS = ['projection-tiny'] as const;

/** Returns a preset's folder, or the folder that is given. */
export function resolvePreset(presets: readonly string[], nameOrFolder: string): string {
  if (!presets.includes(nameOrFolder)) return nameOrFolder;
  // This file is in src/ or, built, in dist/: presets lie beside both.
  return join(dirname(fileURLToPath(import.meta.url)), '..', 'presets', nameOrFolder);
}
