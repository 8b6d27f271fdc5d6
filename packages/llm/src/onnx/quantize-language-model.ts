import { Checkpoint, checkpointFiles } from '@omnict/nn';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readDecoderConfig } from '../language-model-folder';
import { checkpointWeights } from './decoder-weights';
import { isOnnxFolder, onnxFolderStamp } from './onnx-folder';
import type { OnnxWeights } from './onnx-layers';
import { writeOnnxDecoder } from './write-onnx-decoder';

/**
 * Rounds the language model of a folder once, into a folder inside of it, where {@link createGenerator} finds it.
 * One tensor is in memory at a time.
 *
 * @param folder with config.json and model.safetensors or its shards @returns the new folder
 * @throws ConfigError for an architecture that is no Qwen2 or Phi-3; errors of its files
 */
export async function quantizeLanguageModel(
  folder: string,
  { weights }: { weights: Exclude<OnnxWeights, 'f32'> },
): Promise<string> {
  const { config } = await readDecoderConfig(folder);
  const target = folderFor(folder, weights);
  const partial = `${target}.${process.pid}.partial`;
  const checkpoint = await Checkpoint.open(folder);
  try {
    await writeOnnxDecoder(checkpointWeights(checkpoint, config), partial, { weights });
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
    return target;
  } finally {
    await checkpoint.close();
    await rm(partial, { recursive: true, force: true });
  }
}

/** Returns where the quantised form lies, unless there is none or the weights were written after it. */
export async function quantizedFolder(
  folder: string,
  weights: Exclude<OnnxWeights, 'f32'>,
): Promise<string | undefined> {
  const target = folderFor(folder, weights);
  if (!isOnnxFolder(target)) return undefined;
  const { mtimeMs } = await stat(onnxFolderStamp(target));
  for (const file of checkpointFiles(folder)) {
    if ((await stat(file)).mtimeMs > mtimeMs) return undefined;
  }
  return target;
}

function folderFor(folder: string, weights: OnnxWeights): string {
  return join(folder, `onnx-${weights}`);
}
