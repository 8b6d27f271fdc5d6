import { ConfigError, hubCacheFolder, isHubName, modelFolder, type Shape3D } from '@omnict/nn';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from './read-json';
import { loadDinov3Encoder } from './dinov3/encoder';
import { loadM3dClipEncoder } from './m3d-clip/encoder';
import { loadSiglipEncoder } from './siglip/encoder';
import { loadVideoMaeEncoder } from './videomae/encoder';
import { loadWanVaeEncoder } from './wan-vae/encoder';
import type { VisionEncoder } from './vision-encoder';

/** Encoders shipped with this package: folders of `presets/`. */
export const ENCODER_PRESETS = ['siglip-tiny'] as const;

/** Loader of each architecture, by `model_type` (diffusers: `_class_name`) in config.json. */
const LOADERS: Readonly<
  Record<string, (folder: string, size?: Shape3D) => Promise<VisionEncoder>>
> = {
  siglip: loadSiglipEncoder,
  siglip_vision_model: loadSiglipEncoder,
  dinov3_vit: loadDinov3Encoder,
  videomae: loadVideoMaeEncoder,
  m3d_clip: loadM3dClipEncoder,
  AutoencoderKLWan: loadWanVaeEncoder,
};

/**
 * Folder of a preset, of a model pulled from the hub, or the path itself.
 *
 * @throws ConfigError when it is none of these
 */
export function resolveEncoderFolder(nameOrFolder: string): string {
  if (ENCODER_PRESETS.some((preset) => preset === nameOrFolder)) {
    // This file is in src/ or, built, in dist/: presets lie beside both.
    return join(dirname(fileURLToPath(import.meta.url)), '..', 'presets', nameOrFolder);
  }
  const folder = modelFolder(nameOrFolder);
  if (folder !== undefined) return folder;
  if (isHubName(nameOrFolder)) {
    throw new ConfigError(
      `encoder '${nameOrFolder}' is not in the cache; expected it in ${hubCacheFolder()}; run: omnict models pull ${nameOrFolder}`,
    );
  }
  throw new ConfigError(
    `encoder '${nameOrFolder}' is unknown; expected one of ${ENCODER_PRESETS.join(', ')} a pulled model (owner/name) or a folder with config.json and model.safetensors; correct model.encoder`,
  );
}

/**
 * Loads a frozen vision encoder.
 *
 * @param nameOrFolder a preset's name, a pulled model (owner/name) or a Hugging Face folder
 * @param size of the volumes to come `[D, H, W]`; encoders that take any size adapt to it
 * @throws ConfigError, MissingDataError, FormatError, ShapeError
 */
export async function loadVisionEncoder(
  nameOrFolder: string,
  size?: Shape3D,
): Promise<VisionEncoder> {
  const folder = resolveEncoderFolder(nameOrFolder);
  const path = join(folder, 'config.json');
  const config = (await readJson(path)) as { model_type?: string; _class_name?: string };
  const modelType = config.model_type ?? config._class_name;
  const load = LOADERS[modelType ?? ''];
  if (load !== undefined) return load(folder, size);
  throw new ConfigError(
    `${path}: no encoder of model_type '${modelType}'; expected one of ${Object.keys(LOADERS).join(', ')}; choose another encoder`,
  );
}
