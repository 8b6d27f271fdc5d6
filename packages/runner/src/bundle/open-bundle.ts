import { ConfigError, FormatError, pathInside, printable, writeFileAtomic } from '@omnict/core';
import { isPlainObject } from '@omnict/pipeline';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ArchiveFiles, readArchive } from './archive';
import { type Bundle, BUNDLE_FILE, parseBundle, parseJson, SPEC_FILE } from './bundle-format';
import { inputProblems, refusePaths, withInputPaths } from './outside-inputs';

/** In the folder of an opened bundle: the spec that is run. */
const BOUND_SPEC = 'reproduce.yaml';
/** In the folder of an opened bundle: which archive it came from. */
const SOURCE_FILE = 'bundle.sha256';
/** Sections that a bundle's spec may have: where results go and what is built upon is the user's choice. */
const SECTIONS = ['schema', 'name', 'config', 'sweep', 'policy', 'report', 'launcher', 'profiles'];

/** A bundle in a folder, ready to be run. */
export interface OpenedBundle {
  bundle: Bundle;
  folder: string;
  /** Spec with the user's paths. */
  spec: string;
}

/**
 * Unpacks a bundle into a folder of its own and puts the user's paths into its spec. Nothing of it
 * runs: profiles that it brings need leave as those of any spec.
 *
 * @param path of the archive @param options `folder` to unpack into; `inputs`: paths by the names that
 *   the bundle asks for
 * @throws ConfigError when inputs are missing or the folder holds something else; FormatError when the
 *   bundle is none, or wants what none of ours does, or inputs have other digests
 */
export async function openBundle(
  path: string,
  options: { folder: string; inputs: ReadonlyMap<string, string> },
): Promise<OpenedBundle> {
  const { folder, inputs } = options;
  const files = await readArchive(path);
  const bundle = parseBundle(path, files.get(BUNDLE_FILE));
  const spec = specOf(path, files);
  await claimFolder(path, folder);
  for (const [name, content] of files) {
    const target = pathInside(folder, name);
    await mkdir(dirname(target), { recursive: true });
    await writeFileAtomic(target, content);
  }
  const bound = withInputPaths(spec, await checkedInputs(path, bundle, inputs));
  const file = join(folder, BOUND_SPEC);
  // JSON is YAML.
  await writeFileAtomic(file, `${JSON.stringify(bound, null, 2)}\n`);
  return { bundle, folder, spec: file };
}

function specOf(path: string, files: ArchiveFiles): Record<string, unknown> {
  const spec = parseJson(path, SPEC_FILE, files.get(SPEC_FILE));
  if (!isPlainObject(spec)) {
    throw new FormatError(`${path}: ${SPEC_FILE} is no spec; expected a mapping; get it again`);
  }
  const other = Object.keys(spec).find((key) => !SECTIONS.includes(key));
  if (other !== undefined) {
    throw new FormatError(
      `${path}: ${SPEC_FILE} has the section '${printable(other)}'; expected ${SECTIONS.join(', ')} alone; ask who made it for another`,
    );
  }
  const { profiles, ...rest } = spec;
  refusePaths(path, rest); // profiles are shown whole before they get leave
  return profiles === undefined ? rest : { ...rest, profiles };
}

/** Makes a folder this bundle's; the same bundle may be opened in it again. */
async function claimFolder(path: string, folder: string): Promise<void> {
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const source = pathInside(folder, SOURCE_FILE);
  const held = existsSync(source) ? (await readFile(source, 'utf8')).trim() : undefined;
  const isOther = held === undefined ? (await readdir(folder)).length > 0 : held !== digest;
  if (isOther) {
    throw new ConfigError(
      `${folder}: holds something else than ${path}; expected a new folder, or one of this very bundle; choose another by --out`,
    );
  }
  await writeFileAtomic(source, `${digest}\n`);
}

async function checkedInputs(
  path: string,
  { inputs }: Bundle,
  given: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const names = inputs.map(({ name }) => name);
  const unknown = [...given.keys()].filter((name) => !names.includes(name));
  const missing = inputs.filter(({ name }) => !given.has(name));
  if (unknown.length + missing.length > 0) {
    throw new ConfigError(
      [
        ...unknown.map(
          (name) =>
            `--input ${name}: ${path} has no such input; expected ${names.length === 0 ? 'none' : `one of ${names.join(', ')}`}; correct the name`,
        ),
        ...missing.map(
          ({ name, files }) =>
            `${name}: its ${files.length === 1 && files[0]?.name === '' ? 'file is' : 'folder is'} not in the bundle; expected ${files.map((file) => `${file.name === '' ? 'SHA-256' : `${printable(file.name)} of SHA-256`} ${file.sha256}`).join(', ')}; give its place: --input ${name}=PATH`,
        ),
      ].join('\n'),
    );
  }
  const problems: string[] = [];
  for (const input of inputs)
    problems.push(...(await inputProblems(input, given.get(input.name) as string)));
  if (problems.length > 0) {
    throw new FormatError(
      `${problems.join('\n')}\n${path}: its figures were made of other content; give files of these digests`,
    );
  }
  return new Map([...given].map(([name, file]) => [name, resolve(file)]));
}
