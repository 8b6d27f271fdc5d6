import { ConfigError } from '@omnict/nn';

/** Limits of MLflow's REST API, as its server enforces them. */
export const LIMITS = {
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  keyLength: 250,
  paramValueLength: 6000,
  tagValueLength: 8000,
} as const;

/** What MLflow allows in the key of a param, metric or tag. */
const KEY = /^[/\w.\- ]+$/;

/** Checks a key. @throws ConfigError naming the key and the rule */
export function checkKey(key: string): string {
  if (KEY.test(key) && key.length <= LIMITS.keyLength) return key;
  throw new ConfigError(
    `tracking: key '${key.slice(0, 60)}' is not allowed; expected at most ${LIMITS.keyLength} letters, digits, and _ - . / or blank; rename it`,
  );
}

/** Keys whose values are never written anywhere. */
const SECRET_KEY = /(?:password|passwd|secret|token|api[_-]?key|authorization|credential)$/i;

/** Values as text, secrets blanked, long ones cut at what the server takes. */
export function safeValues(
  values: Readonly<Record<string, string | number | boolean>>,
  maxLength: number,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const text = SECRET_KEY.test(key) ? '[redacted]' : String(value);
      return [checkKey(key), text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text];
    }),
  );
}
