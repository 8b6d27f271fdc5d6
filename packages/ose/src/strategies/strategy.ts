import type { Modality, Random } from '@omnict/core';
import type { AggregationPlan } from '../aggregation-plan';
import type { OrganTokenCounts } from '../output-grid';
import type { TokenSelection } from '../token-selection';

/** What a strategy decides from. */
export interface StrategyInput {
  /** Tokens of the organ, at least one. */
  selection: TokenSelection;
  modality: Modality;
  counts: OrganTokenCounts;
  /** For strategies that draw; seeded by the caller so that a sample always gets the same plan. */
  random: Random;
}

/** A way to turn organ tokens into tokens for the language model: the ROI strategies of Table 11. */
export interface OrganStrategy {
  /** Organ tokens an input of this size always gets; fixes the sequence layout. */
  tokenCount(input: {
    modality: Modality;
    grid: readonly [number, number, number];
    counts: OrganTokenCounts;
  }): number;
  plan(input: StrategyInput): AggregationPlan;
}
