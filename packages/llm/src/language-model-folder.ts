import { ConfigError, Random, readSafetensors, writeSafetensors } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChatTemplate } from './chat-template';
import { parseQwen2Config, toHuggingFaceConfig } from './qwen2/config';
import { Qwen2ForCausalLM } from './qwen2/qwen2';
import { type JsonTokenizer, loadTokenizer } from './tokenizer';

/** Language models shipped with this package: folders of `presets/`. */
export const LANGUAGE_MODEL_PRESETS = ['qwen2-tiny'] as const;

/** A language model with what it takes to talk to it. */
export interface LanguageModelBundle {
  model: Qwen2ForCausalLM;
  tokenizer: JsonTokenizer;
  chatTemplate: ChatTemplate;
}

/** Folder of a preset, or the path itself. @throws ConfigError when it is neither. */
export function resolveLanguageModelFolder(nameOrFolder: string): string {
  if (LANGUAGE_MODEL_PRESETS.some((preset) => preset === nameOrFolder)) {
    // This file is in src/ or, built, in dist/: presets lie beside both.
    return join(dirname(fileURLToPath(import.meta.url)), '..', 'presets', nameOrFolder);
  }
  if (existsSync(join(nameOrFolder, 'config.json'))) return nameOrFolder;
  throw new ConfigError(
    `language model '${nameOrFolder}' is unknown; expected one of ${LANGUAGE_MODEL_PRESETS.join(', ')} or a folder with config.json, model.safetensors and tokenizer.json; correct model.llm`,
  );
}

/**
 * Loads a Hugging Face folder: config.json, model.safetensors, tokenizer.json and, when there,
 * tokenizer_config.json with its chat template.
 *
 * @throws ConfigError, MissingDataError, FormatError, ShapeError; ConfigError also when the
 *   tokenizer has ids that the model has no embedding for
 */
export async function loadLanguageModel(nameOrFolder: string): Promise<LanguageModelBundle> {
  const folder = resolveLanguageModelFolder(nameOrFolder);
  const tokenizer = await loadTokenizer(folder);
  const model = await loadWeights(folder);
  if (tokenizer.vocabularySize > model.vocabularySize) {
    model.dispose();
    throw new ConfigError(
      `${folder}: tokenizer and model disagree; expected at most ${model.vocabularySize} token ids, got ${tokenizer.vocabularySize}; use the tokenizer the model was trained with`,
    );
  }
  return { model, tokenizer, chatTemplate: new ChatTemplate(tokenizer.chatTemplate) };
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
  await write('config.json', toHuggingFaceConfig(model.config));
  await write('tokenizer.json', tokenizer.json);
  await write('tokenizer_config.json', tokenizer.config);
  await writeSafetensors(join(folder, 'model.safetensors'), model.namedParameters(), { floats });
}

async function loadWeights(folder: string): Promise<Qwen2ForCausalLM> {
  const path = join(folder, 'config.json');
  const config = parseQwen2Config(JSON.parse(await readFile(path, 'utf8')), path);
  const model = new Qwen2ForCausalLM(config, new Random('replaced by the checkpoint'));
  const tensors = await readSafetensors(join(folder, 'model.safetensors'));
  try {
    model.loadParameters(tensors);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}
