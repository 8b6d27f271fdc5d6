/**
 * Token unshuffle and the MoE hybrid projection.
 *
 * @module @omnict/projector
 */
export { unshuffle } from './unshuffle';
export { MoeHybridProjection, type MoeHybridProjectionOptions } from './moe-hybrid-projection';
