import type { SchemaError } from '@omnict/core';
import { readYaml } from './read-yaml';

/**
 * What shell and YAML made of an override whose value is of the wrong type, and how to write it;
 * empty for other findings.
 *
 * @param override that set the value, if one did
 */
export function quotingHint(error: SchemaError, override: string | undefined): string {
  if (override === undefined || error.keyword !== 'type') return '';
  const path = override.slice(0, override.indexOf('='));
  const { type } = error.params as { type: string | string[] };
  const data: unknown = error.data;
  const written = override.slice(override.indexOf('=') + 1);
  if (data === null) return `; nothing, or null, follows the '=': write ${path}=VALUE`;
  if (type === 'string') {
    return `; the shell takes off outer quotes: for text write '${path}="${written}"'`;
  }
  if (type === 'array') return `; a list needs brackets: write '${path}=[${JSON.stringify(data)}]'`;
  if (typeof data !== 'string') return '';
  const inner: unknown = readYaml(data).value;
  return inner !== data && typeof inner !== 'string' && inner !== undefined
    ? `; quotes within quotes make it text: write ${path}=${data}`
    : '';
}
