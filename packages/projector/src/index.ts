/**
 * Token unshuffle, the MoE hybrid projection and what it is compared with.
 *
 * @module @omnict/projector
 */
export { createProjection, type ProjectionName, PROJECTIONS } from './create-projection';
export { MoeHybridProjection } from './moe-hybrid-projection';
export type { Projection, ProjectionOptions } from './projection';
export { SeparateProjection } from './separate-projection';
export { SharedProjection, sharedProjectionProblem } from './shared-projection';
export { unshuffle } from './unshuffle';
