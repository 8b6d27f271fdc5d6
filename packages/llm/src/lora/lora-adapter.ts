import { Checkpoint, type Module, writeSafetensors } from '@omnict/nn';
import { ConfigError, FormatError, readConfigJson, UnsupportedError } from '@omnict/core';
import type * as tf from '@tensorflow/tfjs-core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attachLora, linearLayers, type LoraConfig } from './attach-lora';

/** What PEFT puts before the path of a layer. */
const PREFIX = 'base_model.model.';

const WEIGHTS = 'adapter_model.safetensors';
const CONFIG = 'adapter_config.json';

/** Writes the attached updates as PEFT does. @throws ConfigError when there are none. */
export async function saveLoraAdapter(
  folder: string,
  model: Module,
  { rank, alpha, targets }: LoraConfig,
): Promise<void> {
  const tensors = new Map<string, tf.Tensor>();
  for (const [path, { lora }] of linearLayers(model)) {
    if (lora === undefined) continue;
    tensors.set(`${PREFIX}${path}.lora_A.weight`, lora.loraA);
    tensors.set(`${PREFIX}${path}.lora_B.weight`, lora.loraB);
  }
  if (tensors.size === 0) {
    throw new ConfigError('saveLoraAdapter: the model has no updates; attach them before saving');
  }
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, WEIGHTS), tensors);
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: [...targets],
    bias: 'none',
    fan_in_fan_out: false,
    use_rslora: false,
  };
  await writeFile(join(folder, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * Attaches the updates of a PEFT adapter folder.
 *
 * @throws UnsupportedError for PEFT features beyond plain LoRA; FormatError when tensors do not fit
 *   the model; ConfigError, MissingDataError
 */
export async function loadLoraAdapter(folder: string, model: Module): Promise<LoraConfig> {
  const config = parseAdapterConfig(
    await readConfigJson(join(folder, CONFIG)),
    join(folder, CONFIG),
  );
  const attached = attachLora(model, config);
  const checkpoint = await Checkpoint.open(join(folder, WEIGHTS));
  try {
    if (checkpoint.shapes.size !== 2 * attached.size) {
      throw new FormatError(
        `${folder}: adapter and model do not fit; expected 2 tensors for each of ${attached.size} layers, got ${checkpoint.shapes.size}; use the base model it was trained on`,
      );
    }
    for (const [path, lora] of attached) {
      for (const [name, parameter] of [
        ['lora_A', lora.loraA],
        ['lora_B', lora.loraB],
      ] as const) {
        const value = await checkpoint.read(`${PREFIX}${path}.${name}.weight`);
        const fits = value.shape.join() === parameter.shape.join();
        if (fits) parameter.assign(value);
        value.dispose();
        if (fits) continue;
        throw new FormatError(
          `${folder}: ${name} of '${path}' has another shape; expected [${parameter.shape.join(', ')}], got [${value.shape.join(', ')}]; use the base model it was trained on`,
        );
      }
    }
    return config;
  } catch (error) {
    for (const layer of linearLayers(model).values()) layer.lora = undefined;
    throw error;
  } finally {
    await checkpoint.close();
  }
}

function parseAdapterConfig(json: unknown, path: string): LoraConfig {
  const source = (json ?? {}) as Record<string, unknown>;
  const { r: rank, lora_alpha: alpha, target_modules: targets } = source;
  const isConfig =
    typeof rank === 'number' &&
    typeof alpha === 'number' &&
    Array.isArray(targets) &&
    targets.every((target) => typeof target === 'string');
  if (source['peft_type'] !== 'LORA' || !isConfig) {
    throw new ConfigError(
      `${path}: is no LoRA adapter; expected peft_type LORA with r, lora_alpha and a list of target_modules`,
    );
  }
  for (const feature of ['use_dora', 'fan_in_fan_out', 'rank_pattern', 'alpha_pattern'] as const) {
    const value = source[feature];
    const isUsed =
      value === true || (typeof value === 'object' && Object.keys(value ?? {}).length > 0);
    if (isUsed) {
      throw new UnsupportedError(`${path}: '${feature}' is not supported; expected plain LoRA`);
    }
  }
  if ((source['bias'] ?? 'none') !== 'none') {
    throw new UnsupportedError(`${path}: trained biases are not supported; expected bias none`);
  }
  // Rank-stabilized LoRA divides by sqrt(r); the same update with another alpha.
  const scale = source['use_rslora'] === true ? Math.sqrt(rank) : 1;
  return { rank, alpha: alpha * scale, targets: targets as string[] };
}
