import { ConfigError, FormatError, pathInside } from '@omnict/core';
import { loadEncoderShape } from '@omnict/encoding';
import { loadLanguageModel, SPECIAL_TOKENS } from '@omnict/llm';
import { Checkpoint, isHubName, loadCheckpoint, modelFolder, type Module } from '@omnict/nn';
import { Value } from '@sinclair/typebox/value';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble, type OmniCT } from '../assemble';
import { ModelConfigSchema, PrepareConfigSchema } from '../config';
import { inferProjection } from './infer-projection';
import { type PlacedProjection, placeProjection } from './place-projection';
import { readReleaseMap, RELEASE_MAP_FILE, type ReleaseMap } from './release-map';
import { loadTowerShapes } from '../towers';

/** Projection weights lie here in the released models. */
export const PROJECTION_FOLDER = 'projection-weights';

/** A released model as found: what `omnict.json` says of our own folders. */
interface ReleasedModel {
  config: OmniCT['config'];
  map: ReleaseMap;
  placed: PlacedProjection;
}

/** Whether a folder is laid out like the released OmniCT and not like ours. */
export function isReleaseFolder(folder: string): boolean {
  return existsSync(join(folder, PROJECTION_FOLDER));
}

/** Reads how a released model's parts are put together. @throws as {@link loadReleased} */
export async function readReleasedConfig(folder: string): Promise<OmniCT['config']> {
  return (await inspectReleased(folder)).config;
}

/**
 * Loads a model laid out like the released `Alibaba-DAMO-Academy/OmniCT-3B`: Qwen2.5 in the folder,
 * `projection-weights/` beside it, SigLIP in a folder of its own or on the hub. What the files do not
 * say is inferred from shapes, or taken from the folder's `omnict-release.yaml`.
 *
 * ASSUMPTION: the order of features in an unshuffled block and in the tri-axial embedding is ours; no
 * shape tells it, and the real files were not at hand.
 *
 * @throws FormatError listing tensors without a place; ConfigError when parts do not fit each other
 */
export async function loadReleased(folder: string): Promise<OmniCT> {
  const { config, map, placed } = await inspectReleased(folder);
  const { fields, architecture, prefixes, ignored } = map.llm;
  const language = await loadLanguageModel(config.model.llm, {
    fields,
    architecture,
    prefixes,
    ignored: ignored.map((pattern) => new RegExp(pattern)),
  });
  const lacking = SPECIAL_TOKENS.filter(
    (token) => language.tokenizer.findTokenId(token) === undefined,
  );
  if (lacking.length > 0) {
    language.model.dispose();
    throw new ConfigError(
      `${config.model.llm}: the tokenizer lacks ${lacking.join(', ')}; expected the tokens of the released rows, which the model was trained on; pull the model's own tokenizer.json`,
    );
  }
  const encoders = await loadTowerShapes(config);
  const omnict = assemble(config, { encoders, language, seed: 0 });
  await fillProjection(omnict.model.projector, join(folder, PROJECTION_FOLDER), placed);
  return omnict;
}

/** Loads the tensors that were found; biases that the file lacks stay 0. */
async function fillProjection(
  projector: Module,
  weights: string,
  { names }: PlacedProjection,
): Promise<void> {
  await loadCheckpoint(projector, weights, {
    nameOf: (name) => names.get(name) ?? name,
    ignored: [/./], // what has no place was refused before
    optional: [/\.bias$/],
  });
}

async function inspectReleased(folder: string): Promise<ReleasedModel> {
  const map = await readReleaseMap(folder);
  const llm = languageModelFolder(folder, map.llm.folders);
  const root = JSON.parse(await readFile(join(llm, 'config.json'), 'utf8')) as Section;
  const own = map.llm.fields.map((field) => root[field]).find((value) => value instanceof Object);
  const outputDim = Number(((own ?? root) as Section)['hidden_size']);
  const checkpoint = await Checkpoint.open(join(folder, PROJECTION_FOLDER));
  const { shapes } = checkpoint;
  await checkpoint.close();
  const placed = placeProjection(shapes, { projection: map.projection, outputDim });
  requirePlaces(folder, { placed, shapes, map });
  const encoder = encoderOf(folder, { map, root });
  const prepare = Value.Default(PrepareConfigSchema, { ...map.prepare }) as Section;
  const { size } = prepare as OmniCT['config']['prepare'];
  const inferred = inferProjection(shapes, {
    placed,
    outputDim,
    given: map.model,
    path: join(folder, PROJECTION_FOLDER),
    featureDim: (await loadEncoderShape(encoder, size)).outputDim,
  });
  const model = Value.Default(ModelConfigSchema, { ...inferred, ...map.model, encoder, llm });
  for (const [name, schema, value] of [
    ['model', ModelConfigSchema, model],
    ['prepare', PrepareConfigSchema, prepare],
  ] as const) {
    const problem = Value.Errors(schema, value).First();
    if (problem === undefined) continue;
    throw new ConfigError(
      `${join(folder, RELEASE_MAP_FILE)}: ${name}${problem.path.replaceAll('/', '.')}: ${problem.message}, got ${JSON.stringify(problem.value)}; correct it`,
    );
  }
  return { config: { model, prepare } as OmniCT['config'], map, placed };
}

type Section = Record<string, unknown>;

function languageModelFolder(folder: string, names: readonly string[]): string {
  const folders = names.map((name) => (name === '' ? folder : pathInside(folder, name)));
  const found = folders.find((place) => existsSync(join(place, 'tokenizer.json')));
  if (found !== undefined && existsSync(join(found, 'config.json'))) return found;
  throw new ConfigError(
    `${folder}: no language model; expected config.json and tokenizer.json there or in ${names.filter(Boolean).join(', ')}; add its folder to llm.folders of ${RELEASE_MAP_FILE}`,
  );
}

/** The first encoder that is there; the paper's, whose loader says how to pull it, when none is. */
function encoderOf(folder: string, { map, root }: { map: ReleaseMap; root: Section }): string {
  const { folders, fields, default: paper } = map.encoder;
  const given = map.model['encoder'];
  const named = [given, ...fields.map((field) => root[field])].filter(
    (name) => typeof name === 'string',
  );
  const inside = [...named, ...folders]
    .filter((name) => !name.startsWith('/') && !name.split('/').includes('..'))
    .map((name) => join(folder, name));
  const elsewhere = named.filter((name) => name === given || isHubName(name));
  const found = [...inside, ...elsewhere].find((place) => modelFolder(place) !== undefined);
  return found ?? (typeof given === 'string' ? given : paper);
}

/** @throws FormatError listing what has no place, with the lines to add */
function requirePlaces(
  folder: string,
  {
    placed: { missing, unplaced },
    shapes,
    map,
  }: { placed: PlacedProjection; shapes: ReadonlyMap<string, readonly number[]>; map: ReleaseMap },
): void {
  if (missing.length === 0 && unplaced.length === 0) return;
  const tensors = unplaced.map((name) => `'${name}' [${(shapes.get(name) ?? []).join(', ')}]`);
  const parts = missing.map((name) => name.replace('.weight', ''));
  throw new FormatError(
    [
      `${join(folder, PROJECTION_FOLDER)}: the projection's tensors have names that are not known here`,
      `without a place: ${tensors.join(', ') || 'none'}`,
      `not found: ${parts.join(', ') || 'none'} (prefixes ${map.projection.prefixes.map((prefix) => `'${prefix}'`).join(', ')} were tried)`,
      `write what they are into ${join(folder, RELEASE_MAP_FILE)}, as "projection: { ${parts[0] ?? 'shared'}: [NAME] }", or NAME under projection.ignored`,
    ].join('; '),
  );
}
