import { FormatError } from '@omnict/core';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { shippedArchitecture } from '../memory/known-config';

/** A file of this name in a model's folder says what the shipped map lacks. */
export const RELEASE_MAP_FILE = 'omnict-release.yaml';

const closed = { additionalProperties: false };
const Texts = Type.Array(Type.String());

const ReleaseMapSchema = Type.Object(
  {
    projection: Type.Object(
      {
        prefixes: Texts,
        ignored: Texts,
        slice_expert: Texts,
        volume_expert: Texts,
        shared: Texts,
      },
      closed,
    ),
    encoder: Type.Object({ folders: Texts, fields: Texts, default: Type.String() }, closed),
    llm: Type.Object(
      {
        folders: Texts,
        fields: Texts,
        architecture: Type.String(),
        prefixes: Texts,
        ignored: Texts,
      },
      closed,
    ),
    model: Type.Record(Type.String(), Type.Unknown()),
    prepare: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
);

/** How a released model may be laid out, and how its tensors may be named. */
export type ReleaseMap = Static<typeof ReleaseMapSchema>;

type Section = Record<string, unknown>;

/**
 * Reads the shipped map, with a model's own before it: its lists are tried first, its values stand.
 *
 * @param folder of the model @throws FormatError naming file and field
 */
export async function readReleaseMap(folder: string): Promise<ReleaseMap> {
  const shipped = await readMap(shippedArchitecture(RELEASE_MAP_FILE), ReleaseMapSchema);
  const path = join(folder, RELEASE_MAP_FILE);
  if (!existsSync(path)) return shipped as ReleaseMap;
  const own = await readMap(path, PartialMapSchema);
  return Object.fromEntries(
    Object.entries(shipped).map(([name, section]) => [name, joined(section, own[name] ?? {})]),
  ) as ReleaseMap;
}

/** Each section and each of its fields may be left out. */
const PartialMapSchema = Type.Partial(
  Type.Object(
    Object.fromEntries(
      Object.entries(ReleaseMapSchema.properties).map(([name, section]) => [
        name,
        section.type === 'object' && 'properties' in section ? Type.Partial(section) : section,
      ]),
    ),
    closed,
  ),
);

function joined(shipped: Section, own: Section): Section {
  const values = Object.entries(own).map(([field, value]) => {
    const known = shipped[field];
    return [
      field,
      Array.isArray(known) ? [...(value as unknown[]), ...(known as unknown[])] : value,
    ];
  });
  return { ...shipped, ...(Object.fromEntries(values) as Section) };
}

async function readMap(path: string, schema: TSchema): Promise<Record<string, Section>> {
  let map: unknown;
  try {
    map = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new FormatError(
      `${path}: is not YAML: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const problem = Value.Errors(schema, map).First();
  if (problem === undefined) return map as Record<string, Section>;
  throw new FormatError(
    `${path}: ${problem.path.slice(1).replaceAll('/', '.') || 'the file'}: ${problem.message}, got ${JSON.stringify(problem.value)}; expected the sections ${Object.keys(ReleaseMapSchema.properties).join(', ')} as in @omnict/model's architectures/${RELEASE_MAP_FILE}`,
  );
}
