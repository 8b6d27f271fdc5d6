import { ConfigError, MissingDataError } from '@omnict/core';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { TSchema } from '@sinclair/typebox';
import { applyOverrides } from './overrides';
import { isPlainObject, mergeDeep, type PlainObject } from './paths';

/** One file of a spec, or the command line. */
interface Layer {
  value: PlainObject;
  /** `file:line:column` of a path, or undefined when this layer does not set it. */
  locate: (path: readonly string[]) => string | undefined;
}

/** A merged spec that still knows where each of its values was written. */
export interface SpecSource {
  value: PlainObject;
  /** `file:line:column` of the value or, when it is missing, of the innermost part around it. */
  locate: (path: readonly string[]) => string;
  /** What was wrong with the overrides; reported together with what is wrong with the values. */
  problems: readonly string[];
}

/**
 * Reads a spec with all it extends, and applies overrides.
 *
 * @param overrides `key=value` sets, `+key=value` adds, `~key` removes; values are YAML
 * @param schema of the spec, for overrides of keys that have dots
 * @throws MissingDataError for an unreadable file; ConfigError for YAML errors and cycles in `extends`
 */
export function readSpecSource(
  file: string,
  overrides: readonly string[] = [],
  schema?: TSchema,
): SpecSource {
  const layers = readLayers(resolve(file), file, []);
  const merged = layers.reduce<unknown>((value, layer) => mergeDeep(value, layer.value), {});
  const { value, set, problems } = applyOverrides(merged as PlainObject, overrides, schema);
  const isOverridden = (path: readonly string[]): boolean =>
    set.some((keys) => keys.length === path.length && keys.every((key, i) => key === path[i]));
  return {
    value,
    problems,
    locate: (path) => {
      for (let length = path.length; length > 0; length--) {
        const part = path.slice(0, length);
        if (isOverridden(part)) return 'command line';
        for (const layer of [...layers].reverse()) {
          const place = layer.locate(part);
          if (place !== undefined) return place;
        }
      }
      return `${file}:1:1`;
    },
  };
}

function readLayers(path: string, shown: string, ancestors: readonly string[]): Layer[] {
  const layer = readLayer(path, shown);
  const real = realpathSync(path);
  if (ancestors.includes(real)) {
    throw new ConfigError(
      `${shown}: extends itself through ${ancestors.length} files; expected no cycle; remove one 'extends'`,
    );
  }
  const { extends: bases = [], ...own } = layer.value;
  if (!Array.isArray(bases) || !bases.every((base) => typeof base === 'string')) {
    throw new ConfigError(
      `${layer.locate(['extends']) ?? shown}: extends: expected a list of files, got ${JSON.stringify(bases)}; write [./base.yaml]`,
    );
  }
  const inherited = bases.flatMap((base) => {
    const basePath = resolve(dirname(path), base);
    return readLayers(basePath, resolveShown(shown, base), [...ancestors, real]);
  });
  return [...inherited, { ...layer, value: own }];
}

function resolveShown(shown: string, base: string): string {
  const folder = dirname(shown);
  return folder === '.' ? base.replace(/^\.\//, '') : `${folder}/${base.replace(/^\.\//, '')}`;
}

function readLayer(path: string, shown: string): Layer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new MissingDataError(`${shown}: cannot be read; expected a sweep spec; check the path`, {
      cause: error,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message}`);
    throw new ConfigError(`${problems.join('\n')}\ncorrect the YAML`);
  }
  const value: unknown = document.toJS();
  if (!isPlainObject(value)) {
    throw new ConfigError(
      `${shown}:1:1: expected a mapping of keys, got ${typeof value}; write 'key: value' lines`,
    );
  }
  return {
    value: withComponentsResolved(value, dirname(path)),
    locate: (keys) => {
      const node: unknown =
        keys.length === 0 ? document.contents : document.getIn(keys.map(numeric), true);
      return isNode(node) && node.range ? place(node.range[0]) : undefined;
    },
  };
}

/** Components lie beside the file that names them, whoever extends it. */
function withComponentsResolved(value: PlainObject, folder: string): PlainObject {
  const { components } = value;
  if (!Array.isArray(components)) return value;
  return {
    ...value,
    components: components.map((path: unknown) =>
      typeof path === 'string' ? resolve(folder, path) : path,
    ),
  };
}

/** Ajv's paths have list indices as text. */
function numeric(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}
