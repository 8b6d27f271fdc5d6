import { ConfigError } from '@omnict/core';

/** Limits of MLflow's REST API, as its server enforces them. */
export const LIMITS = {
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  /** Metrics, params and tags of one batch together. */
  entitiesPerBatch: 1000,
  bytesPerBatch: 1_000_000,
  keyLength: 250,
  paramValueLength: 6000,
  tagValueLength: 8000,
  experimentTagLength: 5000,
  datasetNameLength: 500,
  datasetDigestLength: 36,
  experimentsPerPage: 1000,
  runsPerPage: 1000,
  historyPerPage: 25_000,
} as const;

/** What MLflow allows in the key of a param, metric or tag. */
const KEY = /^[/\w.\- ]+$/;

/** Checks a key. @throws ConfigError naming the key and the rule */
export function checkKey(key: string): string {
  // MLflow stores metrics as files on some servers: a key must stay inside its folder.
  const isPath = key.startsWith('/') || key.split('/').some((part) => /^\.*$/.test(part));
  if (KEY.test(key) && key.length <= LIMITS.keyLength && !isPath) return key;
  throw new ConfigError(
    `tracking: key '${key.slice(0, 60)}' is not allowed; expected at most ${LIMITS.keyLength} letters, digits, and _ - . / or blank, no empty part between slashes; rename it`,
  );
}
