import { ConfigError } from '@omnict/core';
import { ConfigFields } from '../config-fields';
import type { VolumeShape } from '../vision-encoder';

/** Sizes of M3D-CLIP's vision tower, as its config.json names them. */
export interface M3dClipConfig {
  /** `[D, H, W]` */
  imageSize: readonly [number, number, number];
  /** `[D, H, W]` */
  patchSize: readonly [number, number, number];
  hiddenSize: number;
  mlpDim: number;
  numLayers: number;
  numHeads: number;
}

/** Reads a config.json. @throws ConfigError naming the field. */
export function parseM3dClipConfig(json: unknown, path: string): M3dClipConfig {
  const source = json as Record<string, unknown>;
  const fields = new ConfigFields(source, path, 'an M3D-CLIP config');
  const triple = (field: string): readonly [number, number, number] => {
    const value = source[field];
    const isTriple =
      Array.isArray(value) &&
      value.length === 3 &&
      value.every((size) => Number.isInteger(size) && (size as number) > 0);
    if (isTriple) return value as [number, number, number];
    throw new ConfigError(
      `${path}: field '${field}' does not fit an M3D-CLIP config; expected three positive integers (depth, height, width), got ${JSON.stringify(value)}; check that the folder holds such a model`,
    );
  };
  const [imageSize, patchSize] = [triple('img_size'), triple('patch_size')];
  const isWhole = imageSize.every((size, axis) => size % (patchSize[axis] as number) === 0);
  if (!isWhole) {
    throw new ConfigError(
      `${path}: fields 'img_size' and 'patch_size' do not fit each other; expected whole patches, got [${imageSize.join(', ')}] and [${patchSize.join(', ')}]`,
    );
  }
  return {
    imageSize,
    patchSize,
    hiddenSize: fields.size('hidden_size', 768),
    mlpDim: fields.size('mlp_dim', 3072),
    numLayers: fields.size('num_layers', 12),
    numHeads: fields.size('num_heads', 12),
  };
}

/** What the tower takes and gives. @throws ConfigError when slices or patches are no squares. */
export function m3dClipShape({ imageSize, patchSize, hiddenSize }: M3dClipConfig): VolumeShape {
  if (imageSize[1] !== imageSize[2] || patchSize[1] !== patchSize[2]) {
    throw new ConfigError(
      `M3D-CLIP: volumes of ${imageSize.join(' x ')} and patches of ${patchSize.join(' x ')} do not fit; expected square slices, as OmniCT's grid of features is; choose another encoder`,
    );
  }
  return {
    takes: 'volume',
    outputDim: hiddenSize,
    imageSize: imageSize[1],
    gridSize: imageSize[1] / patchSize[1],
    depth: imageSize[0],
    unitCount: imageSize[0] / patchSize[0],
  };
}
