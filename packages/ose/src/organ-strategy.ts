import { ConfigError } from '@omnict/nn';
import { adaptive } from './strategies/adaptive';
import { native } from './strategies/native';
import { none } from './strategies/none';
import { random } from './strategies/random';
import type { OrganStrategy } from './strategies/strategy';

/** ROI strategies of Table 11 by the names specs use. */
export const ORGAN_STRATEGIES = { none, native, random, adaptive } as const;

/** Name of a strategy. */
export type OrganStrategyName = keyof typeof ORGAN_STRATEGIES;

/** Looks a strategy up. @throws ConfigError naming the valid ones. */
export function organStrategy(name: string): OrganStrategy {
  const found = Object.entries(ORGAN_STRATEGIES).find(([known]) => known === name);
  if (found !== undefined) return found[1];
  throw new ConfigError(
    `ose.strategy: unknown name; expected one of ${Object.keys(ORGAN_STRATEGIES).join(', ')}, got '${name}'; correct the model config`,
  );
}
