/**
 * Organ localization, adaptive aggregation and fusion.
 *
 * @module @omnict/ose
 */
export { aggregateOrganTokens, fuseOrganTokens } from './aggregate';
export type { AggregationPlan } from './aggregation-plan';
export { boundingBox, type Box } from './box';
export {
  ORGAN_STRATEGIES,
  organStrategy,
  type OrganStrategyName,
  organStrategyNames,
  registerOrganStrategy,
} from './organ-strategy';
export { type OrganPooling, organTokenGrid, type OrganTokenCounts } from './output-grid';
export { poolBox } from './pool-box';
export { sparseRows, type SparseRows, writeSparseRows } from './sparse-rows';
export type { OrganStrategy, StrategyInput } from './strategies/strategy';
export { selectAllTokens, selectOrganTokens, type TokenSelection } from './token-selection';
