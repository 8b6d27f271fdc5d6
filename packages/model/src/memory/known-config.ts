import { ENCODER_PRESETS, resolveEncoderFolder } from '@omnict/encoding';
import { LANGUAGE_MODEL_PRESETS, resolveLanguageModelFolder } from '@omnict/llm';
import { ConfigError } from '@omnict/core';
import { modelFolder } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** config.json of a model, which may not be on this machine. */
export interface KnownConfig {
  config: Readonly<Record<string, unknown>>;
  path: string;
}

/** Config of an encoder by its name. @throws ConfigError when it is not known here. */
export function encoderConfig(name: string): Promise<KnownConfig> {
  const isPreset = ENCODER_PRESETS.some((preset) => preset === name);
  return configOf(name, isPreset ? resolveEncoderFolder(name) : undefined);
}

/** Config of a language model by its name. @throws ConfigError when it is not known here. */
export function languageModelConfig(name: string): Promise<KnownConfig> {
  const isPreset = LANGUAGE_MODEL_PRESETS.some((preset) => preset === name);
  return configOf(name, isPreset ? resolveLanguageModelFolder(name) : undefined);
}

/** config.json of a preset, a folder, a pulled model, or one of the paper's models as published. */
async function configOf(name: string, preset: string | undefined): Promise<KnownConfig> {
  const published = shippedArchitecture(`${name.replaceAll('/', '--')}.json`);
  const folder = preset ?? modelFolder(name);
  const isPublished = folder === undefined && existsSync(published);
  const path = isPublished ? published : folder && join(folder, 'config.json');
  if (path !== undefined) {
    return { path, config: JSON.parse(await readFile(path, 'utf8')) as KnownConfig['config'] };
  }
  throw new ConfigError(
    `model '${name}' is not on this machine and its sizes are not known; run: omnict models pull ${name}`,
  );
}

/** Path of a file of this package's folder `architectures`. */
export function shippedArchitecture(file: string): string {
  // This file is in src/memory/ or, built, in dist/: architectures lie beside both.
  const here = dirname(fileURLToPath(import.meta.url));
  const places = ['..', '../..'].map((up) => join(here, up, 'architectures', file));
  return places.find(existsSync) ?? join(here, '../architectures', file);
}
