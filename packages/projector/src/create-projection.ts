import { MoeHybridProjection } from './moe-hybrid-projection';
import type { Projection, ProjectionOptions } from './projection';
import { SeparateProjection } from './separate-projection';
import { SharedProjection } from './shared-projection';

/** Kinds of projections: the paper's, one for both modalities, and two with nothing in common. */
export const PROJECTIONS = ['moe-hybrid', 'shared', 'separate'] as const;

/** One of the kinds. */
export type ProjectionName = (typeof PROJECTIONS)[number];

/** Makes a projection with random weights. @throws ConfigError when a shared one does not fit */
export function createProjection(name: ProjectionName, options: ProjectionOptions): Projection {
  switch (name) {
    case 'moe-hybrid':
      return new MoeHybridProjection(options);
    case 'shared':
      return new SharedProjection(options);
    case 'separate':
      return new SeparateProjection(options);
  }
}
