import { ENCODER_PRESETS, resolveEncoderFolder } from '@omnict/encoding';
import { LANGUAGE_MODEL_PRESETS, resolveLanguageModelFolder } from '@omnict/llm';
import { Checkpoint, hubCacheFolder, modelFolder } from '@omnict/nn';
import { ConfigError } from '@omnict/core';
import { readdir } from 'node:fs/promises';
import { readCheckpointKind } from '../verify/checkpoint-kind';
import { CHECKPOINT_RUNNERS } from '../verify/run-checkpoint';

/** A model on this machine. */
export interface ModelDescription {
  name: string;
  folder: string;
  modelType: string;
  /** Whether this software runs the architecture. */
  supported: boolean;
  /** Scalars in all tensors. */
  parameters: number;
  tensors: number;
}

/** Names of the presets and of all models in the hub's cache. */
export async function listModels(): Promise<string[]> {
  const entries = await readdir(hubCacheFolder()).catch(() => []);
  const pulled = entries
    .filter((entry) => entry.startsWith('models--'))
    .map((entry) => entry.slice('models--'.length).replace('--', '/'))
    .filter((name) => modelFolder(name) !== undefined);
  return [...ENCODER_PRESETS, ...LANGUAGE_MODEL_PRESETS, ...pulled.sort()];
}

/** What a model is. @throws ConfigError when there is none of that name; errors of its files. */
export async function describeModel(name: string): Promise<ModelDescription> {
  const folder = folderOf(name);
  const { modelType } = await readCheckpointKind(folder);
  const checkpoint = await Checkpoint.open(folder);
  const shapes = [...checkpoint.shapes.values()];
  await checkpoint.close();
  return {
    name,
    folder,
    modelType,
    supported: modelType in CHECKPOINT_RUNNERS,
    parameters: shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
    tensors: shapes.length,
  };
}

function folderOf(name: string): string {
  if (ENCODER_PRESETS.some((preset) => preset === name)) return resolveEncoderFolder(name);
  if (LANGUAGE_MODEL_PRESETS.some((preset) => preset === name)) {
    return resolveLanguageModelFolder(name);
  }
  const folder = modelFolder(name);
  if (folder !== undefined) return folder;
  throw new ConfigError(
    `model '${name}' is not on this machine; expected a preset, a pulled model or a folder with config.json; run: omnict models ls`,
  );
}
