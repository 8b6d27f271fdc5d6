import { ConfigError, readConfigJson, type Shape3D } from '@omnict/core';
import { hubCacheFolder, isHubName, modelFolder } from '@omnict/nn';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dinov3Shape, parseDinov3Config } from './dinov3/config';
import { loadDinov3Encoder } from './dinov3/encoder';
import { m3dClipShape, parseM3dClipConfig } from './m3d-clip/config';
import { loadM3dClipEncoder } from './m3d-clip/encoder';
import { parseSiglipVisionConfig, siglipShape } from './siglip/config';
import { loadSiglipEncoder } from './siglip/encoder';
import { parseVideoMaeConfig, videoMaeShape } from './videomae/config';
import { parseVideoMaeV2Config } from './videomae/config-v2';
import { loadVideoMaeEncoder, loadVideoMaeV2Encoder } from './videomae/encoder';
import type { EncoderOptions, EncoderShape, VisionEncoder } from './vision-encoder';
import { parseWanVaeConfig, wanVaeShape } from './wan-vae/config';
import { loadWanVaeEncoder } from './wan-vae/encoder';

/** Encoders shipped with this package: folders of `presets/`. */
export const ENCODER_PRESETS = ['siglip-tiny'] as const;

/** A vision architecture: what its folders hold, and how they load. */
export interface EncoderArchitecture {
  /** Loads an encoder. */
  load: (folder: string, options: EncoderOptions) => Promise<VisionEncoder>;
  /** What it takes and gives, from its config.json alone. */
  shape: (json: unknown, path: string, size?: Shape3D) => EncoderShape;
}

const SIGLIP: EncoderArchitecture = {
  load: loadSiglipEncoder,
  shape: (json, path) => siglipShape(parseSiglipVisionConfig(json, path)),
};
const VIDEOMAE_V2: EncoderArchitecture = {
  load: loadVideoMaeV2Encoder,
  shape: (json, path) => videoMaeShape(parseVideoMaeV2Config(json, path)),
};

/** Architectures by `model_type` (diffusers: `_class_name`) in config.json. */
const ARCHITECTURES: Record<string, EncoderArchitecture> = {
  siglip: SIGLIP,
  siglip_vision_model: SIGLIP,
  dinov3_vit: {
    load: loadDinov3Encoder,
    shape: (json, path) => dinov3Shape(parseDinov3Config(json, path)),
  },
  videomae: {
    load: loadVideoMaeEncoder,
    shape: (json, path) => videoMaeShape(parseVideoMaeConfig(json, path)),
  },
  VideoMAEv2_Base: VIDEOMAE_V2,
  VideoMAEv2_Large: VIDEOMAE_V2,
  VideoMAEv2_Huge: VIDEOMAE_V2,
  VideoMAEv2_Giant: VIDEOMAE_V2,
  m3d_clip: {
    load: loadM3dClipEncoder,
    shape: (json, path) => m3dClipShape(parseM3dClipConfig(json, path)),
  },
  AutoencoderKLWan: {
    load: loadWanVaeEncoder,
    shape: (json, path, size) => wanVaeShape(parseWanVaeConfig(json, path), size),
  },
};

/**
 * Adds an architecture of the user's own: folders whose config.json has this `model_type` load by it.
 *
 * @throws ConfigError when the architecture is known
 */
export function registerEncoderArchitecture(
  modelType: string,
  architecture: EncoderArchitecture,
): void {
  if (Object.hasOwn(ARCHITECTURES, modelType)) {
    throw new ConfigError(
      `registerEncoderArchitecture: '${modelType}' is known; choose another model_type`,
    );
  }
  ARCHITECTURES[modelType] = architecture;
}

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
 * Architecture of an encoder: `model_type` of its config.json, in diffusers' models `_class_name`.
 *
 * @throws ConfigError, MissingDataError, FormatError
 */
export async function encoderArchitecture(nameOrFolder: string): Promise<string> {
  return modelTypeOf(await readConfigJson(join(resolveEncoderFolder(nameOrFolder), 'config.json')));
}

function modelTypeOf(json: unknown): string {
  const config = json as { model_type?: string; _class_name?: string };
  return config.model_type ?? config._class_name ?? '';
}

/**
 * Loads a frozen vision encoder.
 *
 * @param nameOrFolder a preset's name, a pulled model (owner/name) or a Hugging Face folder
 * @throws ConfigError, MissingDataError, FormatError, ShapeError
 */
export async function loadVisionEncoder(
  nameOrFolder: string,
  options: EncoderOptions = {},
): Promise<VisionEncoder> {
  const folder = resolveEncoderFolder(nameOrFolder);
  const path = join(folder, 'config.json');
  return architectureOf(await readConfigJson(path), path).load(folder, options);
}

/**
 * Reads what an encoder takes and gives, without its weights.
 *
 * @param nameOrFolder a preset's name, a pulled model (owner/name) or a Hugging Face folder
 * @throws ConfigError, MissingDataError, FormatError
 */
export async function loadEncoderShape(
  nameOrFolder: string,
  size?: Shape3D,
): Promise<EncoderShape> {
  const path = join(resolveEncoderFolder(nameOrFolder), 'config.json');
  return encoderShape(await readConfigJson(path), path, size);
}

/**
 * What an encoder takes and gives, from its config.json alone.
 *
 * @param path named in errors @param size of the volumes to come `[D, H, W]`
 * @throws ConfigError
 */
export function encoderShape(json: unknown, path: string, size?: Shape3D): EncoderShape {
  return architectureOf(json, path).shape(json, path, size);
}

function architectureOf(json: unknown, path: string): EncoderArchitecture {
  const modelType = modelTypeOf(json);
  const architecture = ARCHITECTURES[modelType];
  if (architecture !== undefined) return architecture;
  throw new ConfigError(
    `${path}: no encoder of model_type '${modelType}'; expected one of ${Object.keys(ARCHITECTURES).join(', ')}; choose another encoder`,
  );
}
