import { type Modality, Random, type Shape3D } from '@omnict/core';
import {
  type AggregationPlan,
  organStrategy,
  selectAllTokens,
  selectOrganTokens,
} from '@omnict/ose';
import type { ModelConfig } from './config';
import type { VisualLayout } from './layout';

/** A prepared organ mask and the labels a question is about. */
export interface OrganRegion {
  mask: { data: Uint8Array; shape: Shape3D };
  labels: readonly number[];
}

/** A plan, and whether it is the organ's or, for want of the organ, the whole image's. */
export interface OrganPlan extends AggregationPlan {
  fallback: boolean;
}

/**
 * Plans the organ tokens of one sample.
 *
 * Without a mask, or when the organ has no voxel in this image, the whole image takes the organ's
 * place: the sequence keeps its layout, and absence of the organ is itself an answer.
 *
 * @param region absent when there is no mask @param sampleId seeds the random strategy
 */
export function planOrganTokens(
  { model, layout, modality }: { model: ModelConfig; layout: VisualLayout; modality: Modality },
  region: OrganRegion | undefined,
  sampleId: string,
): OrganPlan {
  const { tokenGrid, slicesPerUnit } = layout;
  const organ =
    region === undefined
      ? undefined
      : selectOrganTokens(region.mask, tokenGrid, { labels: region.labels, slicesPerUnit });
  const fallback = organ === undefined || organ.count === 0;
  const plan = organStrategy(model.ose.strategy).plan({
    selection: fallback ? selectAllTokens(tokenGrid) : organ,
    modality,
    counts: model.ose,
    random: new Random(`random-roi/${sampleId}`),
  });
  return { ...plan, fallback };
}
