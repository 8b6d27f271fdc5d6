import type { Modality } from '@omnict/core';
import type { ProjectionOptions } from '@omnict/projector';
import { scePartsOf } from './ablated-parts';
import type { ModelConfig } from './config';

/** Sizes of a model's projection: the encoders' features, and positions where they are embedded. */
export function projectionSizes(
  config: ModelConfig,
  {
    featureDims,
    outputDim,
  }: { featureDims: Readonly<Record<Modality, number>>; outputDim: number },
): Required<Omit<ProjectionOptions, 'random'>> {
  const { depthWidth, heightWidth, widthWidth } = config.tpe;
  const positions = scePartsOf(config).tpe ? depthWidth + heightWidth + widthWidth : 0;
  return {
    tokenDim: featureDims.slice + positions,
    volumeTokenDim: featureDims.volume + positions,
    sliceBlock: config.unshuffle.slice,
    volumeBlock: config.unshuffle.volume,
    hiddenDim: config.projectorWidth ?? outputDim,
    outputDim,
  };
}
