import { type Modality, Random, type Shape3D } from '@omnict/core';
import {
  organStrategy,
  selectAllTokens,
  selectOrganTokens,
  type SparseRows,
  sparseRows,
} from '@omnict/ose';
import type { ModelConfig } from './config';
import type { VisualLayout } from './layout';

/** A prepared organ mask and the labels a question is about. */
export interface OrganRegion {
  mask: { data: Uint8Array; shape: Shape3D };
  labels: readonly number[];
}

/** How a sample's organ tokens come out of its global tokens. */
export interface OrganPlan {
  /** `[Lc, L]`: rows of valid tokens sum to 1. */
  weights: SparseRows;
  /** `[Lc]`: 1 where the organ token exists. */
  valid: Uint8Array;
  /** Lc */
  tokenCount: number;
  /** Whether the whole image takes the place of an organ that is not there. */
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
  return { ...plan, weights: sparseRows(plan.weights, plan.tokenCount), fallback };
}
