import { ConfigError, MissingDataError } from '@omnict/core';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { isPlainObject, suggest } from '@omnict/pipeline';
import { OMNICT } from '../omnict-pipeline';

/** A spec that comes with the program. */
export interface ShippedSpec {
  name: string;
  file: string;
  /** First comment of the file. */
  description: string;
}

/** The shipped specs: studies of the paper and starting points, by name. */
export async function listShippedSpecs(): Promise<ShippedSpec[]> {
  const root = specsFolder();
  const names = (await readdir(root)).filter((name) => name.endsWith('.yaml')).sort();
  const specs = await Promise.all(
    names.map(async (name): Promise<ShippedSpec | undefined> => {
      const file = join(root, name);
      const text = await readFile(file, 'utf8');
      const value: unknown = parseDocument(text).toJS();
      const isSweep = isPlainObject(value) && value['schema'] === OMNICT.schema;
      if (!isSweep) return undefined;
      const comments = text.match(/^#.*$/gm) ?? [];
      const description = comments.find((line) => !line.includes('yaml-language-server')) ?? '';
      return {
        name: name.slice(0, -'.yaml'.length),
        file,
        description: description.slice(1).trim(),
      };
    }),
  );
  return specs.filter((spec) => spec !== undefined);
}

/**
 * Copies a shipped spec and all it extends.
 *
 * @param folder to copy into; kept files are never overwritten
 * @returns paths of the files written, the spec first
 * @throws ConfigError for an unknown name or files that are there already
 */
export async function copyShippedSpec(name: string, folder: string): Promise<string[]> {
  const specs = await listShippedSpecs();
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) {
    throw new ConfigError(
      `recipe: no recipe '${name}'; ${suggest(
        name,
        specs.map((known) => known.name),
      )}`,
    );
  }
  const root = specsFolder();
  const files = await withBases(spec.file);
  const targets = files.map((file) => join(folder, relative(root, file)));
  const taken = targets.filter((target) => existsSync(target));
  if (taken.length > 0) {
    throw new ConfigError(
      `recipe: ${taken.join(', ')}: expected no such file yet; remove it or choose another folder`,
    );
  }
  for (const [index, file] of files.entries()) {
    const target = targets[index] as string;
    await mkdir(dirname(target), { recursive: true });
    await cp(file, target);
  }
  return targets;
}

async function withBases(file: string): Promise<string[]> {
  const value: unknown = parseDocument(await readFile(file, 'utf8')).toJS();
  const bases = isPlainObject(value) && Array.isArray(value['extends']) ? value['extends'] : [];
  const inherited = await Promise.all(
    (bases as string[]).map((base) => withBases(join(dirname(file), base))),
  );
  return [...new Set([file, ...inherited.flat()])];
}

/** Beside the built program, or in the repository. */
function specsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = ['recipes', '../../../experiments', '../../../../experiments'];
  const found = places.map((place) => join(here, place)).find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new MissingDataError(`recipe: no specs beside ${here}; build or install the package again`);
}
