import { ConfigError, MissingDataError } from '@omnict/nn';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { isPlainObject, mergeDeep, type PlainObject, withoutValueAt, withValueAt } from './paths';

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
}

/**
 * Reads a spec with all it extends, and applies overrides.
 *
 * @param overrides `key=value` sets an existing or new value, `~key` removes one; values are YAML
 * @throws MissingDataError for an unreadable file; ConfigError for YAML errors, cycles in `extends`
 *   and malformed overrides
 */
export function readSpecSource(file: string, overrides: readonly string[] = []): SpecSource {
  const layers = readLayers(resolve(file), file, []);
  const merged = layers.reduce<unknown>((value, layer) => mergeDeep(value, layer.value), {});
  const value = applyOverrides(merged as PlainObject, overrides);
  const overridden = new Set(
    overrides.map((text) => text.replace(/^[+~]/, '').split('=')[0] ?? ''),
  );
  return {
    value,
    locate: (path) => {
      for (let length = path.length; length >= 0; length--) {
        const part = path.slice(0, length);
        if (overridden.has(part.join('.'))) return 'command line';
        for (const layer of [...layers].reverse()) {
          const place = layer.locate(part);
          if (place !== undefined && (length > 0 || path.length === 0)) return place;
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
      `${shown}:1:1: expected a mapping of keys, got ${typeof value}; see 'omnict schema'`,
    );
  }
  return {
    value,
    locate: (keys) => {
      const node: unknown =
        keys.length === 0 ? document.contents : document.getIn(keys.map(numeric), true);
      return isNode(node) && node.range ? place(node.range[0]) : undefined;
    },
  };
}

/** Ajv's paths have list indices as text. */
function numeric(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}

function applyOverrides(value: PlainObject, overrides: readonly string[]): PlainObject {
  return overrides.reduce((current, text) => {
    if (text.startsWith('~')) return withoutValueAt(current, text.slice(1));
    const [, path, content] = /^\+?([^=]+)=(.*)$/s.exec(text) ?? [];
    if (path === undefined || content === undefined) {
      throw new ConfigError(
        `command line: '${text}' is no override; expected key=value or ~key; for instance config.model.sce=false`,
      );
    }
    return withValueAt(current, path, parseDocument(content).toJS());
  }, value);
}
