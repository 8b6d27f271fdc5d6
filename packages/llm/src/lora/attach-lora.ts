import { ConfigError, type Random } from '@omnict/core';
import { Linear, Lora, type Module } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Which layers get a low-rank update, and how large. */
export interface LoraConfig {
  /** r */
  rank: number;
  /** The update counts alpha / rank times. */
  alpha: number;
  /** Names of linear layers, the last part of their path: `q_proj`, `down_proj`, ... */
  targets: readonly string[];
}

/**
 * Attaches a low-rank update to every linear layer of the given names.
 *
 * @returns the updates by path of their layer
 * @throws ConfigError when a name fits no layer, or a layer has an update already
 */
export function attachLora(
  model: Module,
  { rank, alpha, targets }: LoraConfig,
  random?: Random,
): Map<string, Lora> {
  const layers = linearLayers(model);
  const nameOf = (path: string): string => path.split('.').at(-1) ?? '';
  for (const target of targets) {
    if ([...layers.keys()].some((path) => nameOf(path) === target)) continue;
    const names = [...new Set([...layers.keys()].map(nameOf))].sort();
    throw new ConfigError(
      `lora.targets: no linear layer is named '${target}'; expected some of ${names.join(', ')}`,
    );
  }
  const attached = new Map<string, Lora>();
  for (const [path, layer] of layers) {
    if (!targets.includes(nameOf(path))) continue;
    if (layer.lora !== undefined) {
      throw new ConfigError(
        `lora: layer '${path}' has an update already; merge or detach it first`,
      );
    }
    const [outFeatures, inFeatures] = layer.weight.shape as [number, number];
    layer.lora = new Lora({ inFeatures, outFeatures, rank, alpha, random });
    attached.set(path, layer.lora);
  }
  return attached;
}

/** Parameters of all attached updates, by name. */
export function loraParameters(model: Module, prefix = ''): Map<string, tf.Variable> {
  return new Map(
    [...model.namedParameters(prefix)].filter(([name]) => /\.lora\.lora_[ab]$/.test(name)),
  );
}

/** Adds the updates to the weights and detaches them. @returns a function that undoes both */
export function mergeLora(model: Module): () => void {
  const undo: (() => void)[] = [];
  for (const layer of linearLayers(model).values()) {
    const { lora } = layer;
    if (lora === undefined) continue;
    tf.tidy(() => layer.weight.assign(tf.add(layer.weight, lora.matrix())));
    layer.lora = undefined;
    undo.push(() => {
      tf.tidy(() => layer.weight.assign(tf.sub(layer.weight, lora.matrix())));
      layer.lora = lora;
    });
  }
  return () => undo.forEach((step) => step());
}

/** Linear layers by path. */
export function linearLayers(model: Module): Map<string, Linear> {
  return new Map(
    [...model.namedModules()].flatMap(([path, module]) =>
      module instanceof Linear ? [[path, module] as const] : [],
    ),
  );
}
