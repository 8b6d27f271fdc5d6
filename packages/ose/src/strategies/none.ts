import type { OrganStrategy } from './strategy';

/** No organ tokens: the baseline without OSE. */
export const none: OrganStrategy = {
  tokenCount: () => 0,
  plan: () => ({ weights: new Float32Array(0), valid: new Uint8Array(0), tokenCount: 0 }),
};
