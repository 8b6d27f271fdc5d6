import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import { loadLanguageModel, saveLanguageModel } from '@omnict/llm';
import {
  ConfigError,
  FormatError,
  MissingDataError,
  readSafetensors,
  writeSafetensors,
} from '@omnict/nn';
import { Value } from '@sinclair/typebox/value';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble, type OmniCT } from './assemble';
import { ModelConfigSchema, PrepareConfigSchema } from './config';

/** The language model's folder inside a model folder. */
const LLM_FOLDER = 'llm';

/** Projection weights lie where the released OmniCT models have them. */
const PROJECTION_FOLDER = 'projection-weights';

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
 * Loads a saved model.
 *
 * @param encoder reused when given; else loaded as the config names it
 * @throws MissingDataError, FormatError, ConfigError, ShapeError naming file and field
 */
export async function loadOmniCT(folder: string, encoder?: VisionEncoder): Promise<OmniCT> {
  const config = await readConfig(join(folder, CONFIG_FILE));
  const language = await loadLanguageModel(join(folder, LLM_FOLDER));
  const omnict = assemble(config, {
    encoder: encoder ?? (await loadVisionEncoder(config.model.encoder)),
    language,
    seed: 0,
  });
  const projection = await readSafetensors(join(folder, PROJECTION_FOLDER, 'model.safetensors'));
  try {
    omnict.model.projector.loadParameters(projection);
  } finally {
    for (const tensor of projection.values()) tensor.dispose();
  }
  return omnict;
}

async function readConfig(path: string): Promise<OmniCT['config']> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a folder written by saveOmniCT; check --model`,
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
