export { unshuffle } from './unshuffle';
export { MoeHybridProjection, type MoeHybridProjectionOptions } from './moe-hybrid-projection';
