import { ConfigError } from '@omnict/core';
import { adaptive } from './strategies/adaptive';
import { native } from './strategies/native';
import { none } from './strategies/none';
import { random } from './strategies/random';
import type { OrganStrategy } from './strategies/strategy';

/** ROI strategies of Table 11 by the names specs use. */
export const ORGAN_STRATEGIES = { none, native, random, adaptive } as const;

/** Name of a strategy. */
export type OrganStrategyName = keyof typeof ORGAN_STRATEGIES;

const registered = new Map<string, OrganStrategy>();

/** Adds a strategy of the user's own. @throws ConfigError when the name is in use */
export function registerOrganStrategy(name: string, strategy: OrganStrategy): void {
  if (organStrategyNames().includes(name)) {
    throw new ConfigError(`registerOrganStrategy: '${name}' is in use; choose another name`);
  }
  registered.set(name, strategy);
}

/** Names of all strategies, the user's own last. */
export function organStrategyNames(): string[] {
  return [...Object.keys(ORGAN_STRATEGIES), ...registered.keys()];
}

/** Looks a strategy up. @throws ConfigError naming the valid ones. */
export function organStrategy(name: string): OrganStrategy {
  const found =
    Object.entries(ORGAN_STRATEGIES).find(([known]) => known === name)?.[1] ?? registered.get(name);
  if (found !== undefined) return found;
  throw new ConfigError(
    `ose.strategy: unknown name; expected one of ${organStrategyNames().join(', ')}, got '${name}'; correct the model config`,
  );
}
