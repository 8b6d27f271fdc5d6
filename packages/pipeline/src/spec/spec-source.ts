import { ConfigError, MissingDataError } from '@omnict/core';
import type { TSchema } from '@sinclair/typebox';
import { isUtf8 } from 'node:buffer';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { applyOverrides } from './overrides';
import { isPlainObject, mergeDeep, type PlainObject } from './paths';
import { readYaml } from './read-yaml';
import { withSwitches } from './switches';

/** One file of a spec, or the command line. */
interface Layer {
  value: PlainObject;
  /** `file:line:column` of a path, or undefined when this layer does not set it. */
  locate: (path: readonly string[]) => string | undefined;
}

/** A merged spec that still knows where each of its values was written. */
export interface SpecSource {
  value: PlainObject;
  /**
   * Where the value or, when it is missing, the innermost part around it was written:
   * `file:line:column`, or the override.
   */
  locate: (path: readonly string[]) => string;
  /** The override that set exactly this value. */
  overrideOf?: (path: readonly string[]) => string | undefined;
  /** What was wrong with the overrides; reported together with what is wrong with the values. */
  problems: readonly string[];
}

/**
 * Reads a spec with all it extends, and applies overrides.
 *
 * @param overrides `key=value` sets, `+key=value` adds, `~key` removes; values are YAML
 * @param schema of the spec, for overrides of keys that have dots and for sections set to true or false
 * @throws MissingDataError when the file cannot be read; ConfigError with all that is wrong with the
 *   YAML of it and of the files that it extends, cycles included
 */
export function readSpecSource(
  file: string,
  overrides: readonly string[] = [],
  schema?: TSchema,
): SpecSource {
  const broken: string[] = [];
  const layers = readLayers({ path: resolve(file), shown: file, ancestors: [] }, broken).map(
    (layer) => ({ ...layer, value: withSwitches(layer.value, schema) as PlainObject }),
  );
  if (broken.length > 0) throw new ConfigError(broken.join('\n'));
  const merged = layers.reduce<unknown>((value, layer) => mergeDeep(value, layer.value), {});
  const { value, set, problems } = applyOverrides(merged as PlainObject, overrides, schema);
  const overrideOf = (path: readonly string[]): string | undefined =>
    set.findLast(
      ({ keys }) => keys.length === path.length && keys.every((key, i) => key === path[i]),
    )?.text;
  return {
    value,
    problems,
    overrideOf,
    locate: (path) => {
      for (let length = path.length; length > 0; length--) {
        const part = path.slice(0, length);
        const override = overrideOf(part);
        if (override !== undefined) return `command line '${override}'`;
        for (const layer of [...layers].reverse()) {
          const place = layer.locate(part);
          if (place !== undefined) return place;
        }
        // What no file has, an override of something inside it has made.
        const maker = set.findLast(({ keys }) => part.every((key, i) => key === keys[i]));
        if (maker !== undefined) return `command line '${maker.text}'`;
      }
      return `${file}:1:1`;
    },
  };
}

interface LayerFile {
  path: string;
  /** As the user would write it. */
  shown: string;
  /** Real paths of the files that extend it. */
  ancestors: readonly string[];
  /** Where the file that extends it names it. */
  namedAt?: string;
}

/** A file's layer after those that it extends. @param broken gets what keeps files from being read */
function readLayers(file: LayerFile, broken: string[]): Layer[] {
  const { path, shown, ancestors } = file;
  const layer = readLayer(file, broken);
  if (layer === undefined) return [];
  const real = realpathSync(path);
  if (ancestors.includes(real)) {
    broken.push(
      `${shown}: extends itself through ${ancestors.length} files; expected no cycle; remove one 'extends'`,
    );
    return [];
  }
  const { extends: bases = [], ...own } = layer.value;
  if (!Array.isArray(bases) || !bases.every((base) => typeof base === 'string')) {
    broken.push(
      `${layer.locate(['extends']) ?? shown}: extends: expected a list of files, got ${JSON.stringify(bases)}; write [./base.yaml]`,
    );
    return [];
  }
  const inherited = bases.flatMap((base, index) => {
    const namedAt = layer.locate(['extends', String(index)]) ?? shown;
    return readLayers(
      {
        path: resolve(dirname(path), base),
        shown: resolveShown(shown, base),
        ancestors: [...ancestors, real],
        namedAt,
      },
      broken,
    );
  });
  return [...inherited, { ...layer, value: own }];
}

function resolveShown(shown: string, base: string): string {
  const folder = dirname(shown);
  return folder === '.' ? base.replace(/^\.\//, '') : `${folder}/${base.replace(/^\.\//, '')}`;
}

/** @returns undefined when the file cannot be used; `broken` then has the reasons */
function readLayer({ path, shown, namedAt }: LayerFile, broken: string[]): Layer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (namedAt === undefined) {
      throw new MissingDataError(
        `${shown}: cannot be read; expected a sweep spec; check the path`,
        { cause: error },
      );
    }
    broken.push(
      `${namedAt}: extends: ${shown} cannot be read (${(error as NodeJS.ErrnoException).code}); expected a spec to build on, relative to the file that names it; check the path`,
    );
    return undefined;
  }
  if (!isUtf8(bytes)) {
    broken.push(
      `${shown}: is no UTF-8; expected YAML in UTF-8; write the file anew in this encoding`,
    );
    return undefined;
  }
  const yaml = readYaml(bytes.toString('utf8'));
  const place = (offset: number): string => {
    const { line, col } = yaml.place(offset);
    return `${shown}:${line}:${col}`;
  };
  if (yaml.problems.length > 0) {
    broken.push(...yaml.problems.map(({ offset, problem }) => `${place(offset)}: ${problem}`));
    return undefined;
  }
  const { value } = yaml;
  if (!isPlainObject(value)) {
    const got = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    broken.push(`${shown}:1:1: expected a mapping of keys, got ${got}; write 'key: value' lines`);
    return undefined;
  }
  return {
    value: withComponentsResolved(value, dirname(path)),
    locate: (keys) => {
      const offset = yaml.offsetOf(keys);
      return offset === undefined ? undefined : place(offset);
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
