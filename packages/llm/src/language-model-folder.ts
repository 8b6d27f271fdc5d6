import { ConfigError, readConfigJson } from '@omnict/core';
import {
  hubCacheFolder,
  isHubName,
  loadCheckpoint,
  modelFolder,
  writeSafetensors,
} from '@omnict/nn';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatEncoder } from './chat-encoder';
import { ChatTemplate } from './chat-template';
import type { CausalDecoder } from './decoder/causal-decoder';
import type { DecoderConfig } from './decoder/decoder-config';
import { parsePhi3Config } from './phi3/config';
import { Phi3ForCausalLM } from './phi3/phi3';
import { parseQwen2Config } from './qwen2/config';
import { Qwen2ForCausalLM } from './qwen2/qwen2';
import { type JsonTokenizer, loadTokenizer } from './tokenizer/json-tokenizer';

/** Language models shipped with this package: folders of `presets/`. */
export const LANGUAGE_MODEL_PRESETS = ['qwen2-tiny'] as const;

/** A language model with what it takes to talk to it. */
export interface LanguageModelBundle {
  model: CausalDecoder;
  tokenizer: JsonTokenizer;
  /** Encodes conversations as the model was trained to read them. */
  chat: ChatEncoder;
}

/** How the folder of a larger model holds its language model. */
export interface LanguageModelForm {
  /** Fields of config.json that may hold the language model's own config. */
  fields?: readonly string[];
  /** model_type to take where config.json has none that is known. */
  architecture?: string;
  /** Prefixes that may stand before its tensors' names. */
  prefixes?: readonly string[];
  /** The larger model's other tensors, without prefix. */
  ignored?: readonly RegExp[];
}

/** Joins a model and its tokenizer. @throws ConfigError, FormatError for a chat template that is no use */
export function languageModelBundle(
  model: CausalDecoder,
  tokenizer: JsonTokenizer,
): LanguageModelBundle {
  const template = new ChatTemplate(tokenizer.chatTemplate, tokenizer.specialTokens);
  return { model, tokenizer, chat: new ChatEncoder(tokenizer, template) };
}

/** How an architecture's config.json is read, and a model of it built; weights are 0 until loaded. */
interface Architecture {
  parse: (json: unknown, path: string) => DecoderConfig;
  build: (config: DecoderConfig) => CausalDecoder;
}

/** Architectures, by `model_type` in config.json. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  qwen2: { parse: parseQwen2Config, build: (config) => new Qwen2ForCausalLM(config) },
  phi3: { parse: parsePhi3Config, build: (config) => new Phi3ForCausalLM(config) },
};

/**
 * Folder of a preset, of a model pulled from the hub, or the path itself.
 *
 * @throws ConfigError when it is none of these
 */
export function resolveLanguageModelFolder(nameOrFolder: string): string {
  if (LANGUAGE_MODEL_PRESETS.some((preset) => preset === nameOrFolder)) {
    // This file is in src/ or, built, in dist/: presets lie beside both.
    return join(dirname(fileURLToPath(import.meta.url)), '..', 'presets', nameOrFolder);
  }
  const folder = modelFolder(nameOrFolder);
  if (folder !== undefined) return folder;
  if (isHubName(nameOrFolder)) {
    throw new ConfigError(
      `language model '${nameOrFolder}' is not in the cache; expected it in ${hubCacheFolder()}; run: omnict models pull ${nameOrFolder}`,
    );
  }
  throw new ConfigError(
    `language model '${nameOrFolder}' is unknown; expected one of ${LANGUAGE_MODEL_PRESETS.join(', ')} a pulled model (owner/name) or a folder with config.json, model.safetensors and tokenizer.json; correct model.llm`,
  );
}

/**
 * Loads a Hugging Face folder: config.json, model.safetensors (or its shards), tokenizer.json and,
 * when there, tokenizer_config.json with its chat template.
 *
 * @throws ConfigError, MissingDataError, FormatError, ShapeError; ConfigError also when the
 *   tokenizer has ids that the model has no embedding for
 */
export async function loadLanguageModel(
  nameOrFolder: string,
  form: LanguageModelForm = {},
): Promise<LanguageModelBundle> {
  const folder = resolveLanguageModelFolder(nameOrFolder);
  const tokenizer = await loadTokenizer(folder);
  const model = await loadCausalDecoder(folder, form);
  if (tokenizer.vocabularySize > model.vocabularySize) {
    model.dispose();
    throw new ConfigError(
      `${folder}: tokenizer and model disagree; expected at most ${model.vocabularySize} token ids, got ${tokenizer.vocabularySize}; use the tokenizer the model was trained with`,
    );
  }
  return languageModelBundle(model, tokenizer);
}

/** Writes the bundle as a Hugging Face folder. */
export async function saveLanguageModel(
  folder: string,
  { model, tokenizer }: Pick<LanguageModelBundle, 'model' | 'tokenizer'>,
  { floats = 'F32' }: { floats?: 'F32' | 'F16' | 'BF16' } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  const { turnEnd, stopIds } = languageModelBundle(model, tokenizer).chat;
  const pad = tokenizer.findTokenId(tokenizer.specialTokens['pad_token'] ?? '');
  const ends = { eos_token_id: turnEnd, pad_token_id: pad ?? turnEnd };
  await write('config.json', { ...model.huggingFaceConfig(), ...ends });
  await write('generation_config.json', { ...ends, eos_token_id: stopIds });
  await write('tokenizer.json', tokenizer.json);
  await write('tokenizer_config.json', tokenizer.config);
  await writeSafetensors(join(folder, 'model.safetensors'), model.namedParameters(), { floats });
}

/** Reads the sizes of a folder's model, and how it is built. @throws ConfigError for an architecture of none of ours */
export async function readDecoderConfig(
  folder: string,
  { fields = [], architecture }: Pick<LanguageModelForm, 'fields' | 'architecture'> = {},
): Promise<{ config: DecoderConfig; build: Architecture['build'] }> {
  const path = join(folder, 'config.json');
  const root = await readConfigJson(path);
  const own = fields.map((field) => (root as Record<string, unknown>)[field]);
  const json = own.find((config) => typeof config === 'object' && config !== null) ?? root;
  const { model_type: modelType } = json as { model_type?: string };
  const found = ARCHITECTURES[modelType ?? ''] ?? ARCHITECTURES[architecture ?? ''];
  if (found === undefined) {
    throw new ConfigError(
      `${path}: no language model of model_type '${modelType}'; expected one of ${Object.keys(ARCHITECTURES).join(', ')}; choose another language model`,
    );
  }
  return { config: found.parse(json, path), build: found.build };
}

/** Loads the model of a folder without its tokenizer. @throws ConfigError, MissingDataError, FormatError. */
export async function loadCausalDecoder(
  folder: string,
  { prefixes = [''], ignored = [], ...form }: LanguageModelForm = {},
): Promise<CausalDecoder> {
  const { config, build } = await readDecoderConfig(folder, form);
  const model = build(config);
  try {
    // A tied head is the embedding table; some checkpoints store it twice.
    const tied = model.lmHead === undefined ? [/^lm_head\./] : [];
    await loadCheckpoint(model, folder, {
      prefixes,
      ignored: [...tied, /rotary_emb\.inv_freq$/, ...ignored],
    });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
