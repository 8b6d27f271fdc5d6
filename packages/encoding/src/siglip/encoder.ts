import * as tf from '@tensorflow/tfjs-core';
import {
  compile,
  type CompiledFunction,
  Random,
  readSafetensors,
  writeSafetensors,
} from '@omnict/nn';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '../read-json';
import type { VisionEncoder } from '../vision-encoder';
import { parseSiglipVisionConfig, type SiglipVisionConfig, toHuggingFaceConfig } from './config';
import { SiglipVisionTransformer } from './vision-transformer';

/** Prefix of the vision tower in a SigLIP checkpoint. */
const PREFIX = 'vision_model.';

/** A frozen SigLIP vision tower. */
export class SiglipEncoder implements VisionEncoder {
  readonly outputDim: number;
  readonly imageSize: number;
  readonly gridSize: number;
  private readonly forward: CompiledFunction<{ units: tf.Tensor }, { features: tf.Tensor }>;

  constructor(
    readonly config: SiglipVisionConfig,
    readonly transformer: SiglipVisionTransformer,
  ) {
    this.outputDim = config.hiddenSize;
    this.imageSize = config.imageSize;
    this.gridSize = transformer.gridSize;
    this.forward = compile(
      ({ units }) => {
        const tokens = transformer.apply(units as tf.Tensor4D); // [N, P, E]
        const side = this.gridSize;
        return { features: tf.reshape(tokens, [-1, side, side, this.outputDim]) }; // [N, H', W', E]
      },
      { name: 'siglip' },
    );
  }

  encode(units: tf.Tensor4D): tf.Tensor4D {
    return this.forward({ units }).features as tf.Tensor4D;
  }

  dispose(): void {
    this.forward.dispose();
    this.transformer.dispose();
  }
}

/** Reads a Hugging Face folder: config.json and model.safetensors. @throws ConfigError, FormatError, MissingDataError. */
export async function loadSiglipEncoder(folder: string): Promise<SiglipEncoder> {
  const configPath = join(folder, 'config.json');
  const config = parseSiglipVisionConfig(await readJson(configPath), configPath);
  const transformer = new SiglipVisionTransformer(config, new Random('replaced by the checkpoint'));
  const tensors = await readSafetensors(join(folder, 'model.safetensors'));
  const vision = new Map(
    [...tensors].map(([name, tensor]) => [
      name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name,
      tensor,
    ]),
  );
  try {
    transformer.loadParameters(vision);
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
  return new SiglipEncoder(config, transformer);
}

/** Writes the tower as a Hugging Face folder, weights as float16. */
export async function saveSiglipEncoder(folder: string, encoder: SiglipEncoder): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = `${JSON.stringify(toHuggingFaceConfig(encoder.config), null, 2)}\n`;
  await writeFile(join(folder, 'config.json'), config);
  const parameters = encoder.transformer.namedParameters(PREFIX);
  await writeSafetensors(join(folder, 'model.safetensors'), parameters, { floats: 'F16' });
}
