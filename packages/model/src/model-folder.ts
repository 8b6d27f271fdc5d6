import { loadLanguageModel, saveLanguageModel } from '@omnict/llm';
import { ConfigError, FormatError, MissingDataError } from '@omnict/core';
import { loadCheckpoint, modelFolder, writeSafetensors } from '@omnict/nn';
import { Value } from '@sinclair/typebox/value';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble, type OmniCT } from './assemble';
import { ModelConfigSchema, PrepareConfigSchema } from './config';
import { MODEL_PRESETS, resolvePreset } from './presets';
import {
  isReleaseFolder,
  loadReleased,
  PROJECTION_FOLDER,
  readReleasedConfig,
} from './release/released-model';
import { loadTowerShapes } from './towers';

/** Returns the folder of one of {@link MODEL_PRESETS} or of a pulled model, or the folder that is given. */
export function resolveModelFolder(nameOrFolder: string): string {
  const folder = resolvePreset(MODEL_PRESETS, nameOrFolder);
  return existsSync(folder) ? folder : (modelFolder(folder) ?? folder);
}

/** The language model's folder inside a model folder. */
const LLM_FOLDER = 'llm';

/** Returns the folder of a model's language model: inside of ours; a released model is one itself. */
export function languageModelFolder(folder: string): string {
  const own = join(folder, LLM_FOLDER);
  return existsSync(own) ? own : folder;
}

/** Name of the file that makes a folder an OmniCT model. */
const CONFIG_FILE = 'omnict.json';

/**
 * Saves a model as a folder: `omnict.json`, `llm/` in Hugging Face form, and
 * `projection-weights/model.safetensors`. The frozen encoder is named, not copied.
 */
export async function saveOmniCT(
  folder: string,
  { config, model, language }: OmniCT,
): Promise<void> {
  await mkdir(join(folder, PROJECTION_FOLDER), { recursive: true });
  await saveLanguageModel(join(folder, LLM_FOLDER), language);
  const projection = model.projector.namedParameters();
  await writeSafetensors(join(folder, PROJECTION_FOLDER, 'model.safetensors'), projection);
  const content = { format: 'omnict/model@1', ...config };
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(content, null, 2)}\n`); // last: its presence says the rest is there
}

/**
 * Loads a saved model, or one laid out like the released OmniCT: its tensors are found by a map of
 * spellings or by shape, what shapes tell of its config is inferred.
 *
 * @param nameOrFolder one of {@link MODEL_PRESETS}, a folder, or a pulled model (owner/name)
 * @throws MissingDataError, FormatError, ConfigError, ShapeError naming file and field
 */
export async function loadOmniCT(nameOrFolder: string): Promise<OmniCT> {
  const folder = resolveModelFolder(nameOrFolder);
  if (isReleased(folder)) return loadReleased(folder);
  const config = await readModelConfig(folder);
  const language = await loadLanguageModel(join(folder, LLM_FOLDER));
  const omnict = assemble(config, {
    encoders: await loadTowerShapes(config),
    language,
    seed: 0,
  });
  await loadCheckpoint(omnict.model.projector, join(folder, PROJECTION_FOLDER));
  return omnict;
}

/** Ours have `omnict.json`, and without it are broken. */
function isReleased(folder: string): boolean {
  const isOurs = existsSync(join(folder, CONFIG_FILE)) || existsSync(join(folder, LLM_FOLDER));
  return !isOurs && isReleaseFolder(folder);
}

/** Reads what a model folder says of its parts. @throws MissingDataError, FormatError, ConfigError */
export async function readModelConfig(folder: string): Promise<OmniCT['config']> {
  if (isReleased(folder)) return readReleasedConfig(folder);
  const path = join(folder, CONFIG_FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a folder written by saveOmniCT or laid out like the released OmniCT, a pulled model, or one of ${MODEL_PRESETS.join(', ')}; check --model`,
      { cause: error },
    );
  });
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; save the model again`, {
      cause: error,
    });
  }
  const { model, prepare } = json;
  for (const [name, schema, value] of [
    ['model', ModelConfigSchema, model],
    ['prepare', PrepareConfigSchema, prepare],
  ] as const) {
    const problem = Value.Errors(schema, value).First();
    if (problem !== undefined) {
      throw new ConfigError(
        `${path}: ${name}${problem.path.replaceAll('/', '.')}: ${problem.message}, got ${JSON.stringify(problem.value)}; save the model again`,
      );
    }
  }
  return { model, prepare } as OmniCT['config'];
}
