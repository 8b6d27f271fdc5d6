import { canonicalJson } from '@omnict/core';
import { isPlainObject } from '@omnict/pipeline';

/** Flattens a config into params: `train.finetune.learningRate: '0.002'`. */
export function configParams(config: unknown): Record<string, string> {
  const params: Record<string, string> = {};
  const add = (value: unknown, path: string): void => {
    if (value === undefined) return;
    if (!isPlainObject(value) || Object.keys(value).length === 0) {
      params[trackedKey(path)] = paramText(value);
      return;
    }
    for (const [key, inner] of Object.entries(value))
      add(inner, path === '' ? key : `${path}.${key}`);
  };
  add(config, '');
  return params;
}

/** Values of the varied paths, as text. */
export function axisParams(axes: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(axes).map(([path, value]) => [trackedKey(path), paramText(value)]),
  );
}

function paramText(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

/** A key with the characters that trackers take. */
function trackedKey(path: string): string {
  return path
    .replaceAll(/[^/\w.\- ]/g, '_')
    .replaceAll('/', '_')
    .slice(0, 250);
}
