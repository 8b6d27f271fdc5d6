import type { ModelConfig, PrepareConfig } from '../config';
import { scePartsOf } from '../ablated-parts';
import { projectionSizes } from '../projection-sizes';
import { tokenBudget } from '../token-budget';
import { type ByModality, ofEachTower } from '../towers';
import {
  encoderSizes,
  languageModelSizes,
  parameterCount,
  type TransformerSizes,
} from './architecture-sizes';

/** What decides how much memory a stage takes, beside the model. */
export interface MemoryPlanOptions {
  /** Sequences in one forward and backward pass, of stages 1 and 2. */
  microBatch: { pretrain: number; finetune: number };
  /** Questions answered together. */
  predictBatch: number;
  maxNewTokens: number;
  /** Text tokens of a question and its answer. Default 200. */
  textTokens?: number;
  /** Rank of a low-rank update and how many layers have one, when stage 2 trains one. */
  lora?: { rank: number; targets: readonly string[] } | undefined;
}

/** Bytes of one stage. */
export interface StageMemory {
  stage: 'encode' | 'pretrain' | 'finetune' | 'predict';
  weights: number;
  gradients: number;
  /** Two moments of AdamW. */
  optimizer: number;
  /** Estimate: what the backward pass needs of the forward pass, or the widest layer's working set. */
  activations: number;
  keyValueCache: number;
  total: number;
}

/** Parameters and memory of a configured model. */
export interface MemoryPlan {
  parameters: { encoder: number; projector: number; languageModel: number };
  /** Visual tokens of one input: L + Lc. */
  visualTokens: { slice: number; volume: number };
  /** Tokens of the longest sequence: visual tokens of a volume and text. */
  sequenceTokens: number;
  stages: StageMemory[];
}

/** Bytes of a value: everything is computed in float32. */
const BYTES = 4;

/** Units encoded together. */
const ENCODED_UNITS = 10;

/**
 * Memory that each stage of an experiment needs, before it runs.
 *
 * Weights, gradients, optimizer and cache follow from sizes; activations are estimated by counting the
 * tensors that a block keeps.
 *
 * @throws ConfigError when a model's sizes are not known on this machine
 */
export async function planMemory(
  { model, prepare }: { model: ModelConfig; prepare: PrepareConfig },
  options: MemoryPlanOptions,
): Promise<MemoryPlan> {
  const llm = await languageModelSizes(model.llm);
  const sizes = await ofEachTower({ model, prepare }, ({ encoder: name }) => encoderSizes(name));
  const towers = model.volumeEncoder === undefined ? [sizes.slice] : Object.values(sizes);
  const encoder = towers.reduce((sum, one) => sum + parameterCount(one), 0);
  const budget = await tokenBudget({ model, prepare });
  const tokensOf = (modality: 'slice' | 'volume'): number =>
    budget[modality].globalTokens + budget[modality].organTokens;
  const visualTokens = { slice: tokensOf('slice'), volume: tokensOf('volume') };
  const featureDims = { slice: sizes.slice.hiddenSize, volume: sizes.volume.hiddenSize };
  const projector = projectorParameters(model, { featureDims, outputDim: llm.hiddenSize });
  const languageModel = parameterCount(llm);
  const sequenceTokens = visualTokens.volume + (options.textTokens ?? 200);
  const { finetune, pretrain } = options.microBatch;
  const updated =
    options.lora === undefined ? languageModel : loraParameterCount(llm, options.lora);
  const training = (
    stage: 'pretrain' | 'finetune',
    { trainable, microBatch }: { trainable: number; microBatch: number },
  ): StageMemory => {
    const extra = stage === 'finetune' && options.lora !== undefined ? updated : 0;
    return stageMemory(stage, {
      weights: projector + languageModel + extra,
      gradients: trainable,
      optimizer: 2 * trainable,
      activations: trainingActivations(llm, microBatch, sequenceTokens),
    });
  };
  const cached = sequenceTokens + options.maxNewTokens;
  return {
    parameters: { encoder, projector, languageModel },
    visualTokens,
    sequenceTokens,
    stages: [
      stageMemory('encode', {
        weights: encoder,
        activations: Math.max(
          ...towers.map((one) => layerWorkingSet(one, ENCODED_UNITS, one.gridSize ** 2)),
        ),
      }),
      training('pretrain', { trainable: projector, microBatch: pretrain }),
      training('finetune', { trainable: projector + updated, microBatch: finetune }),
      stageMemory('predict', {
        weights: projector + languageModel,
        activations: layerWorkingSet(llm, options.predictBatch, sequenceTokens),
        // The cache is written anew each step: the last and the next one exist together.
        keyValueCache: 2 * options.predictBatch * cached * keyValueWidth(llm) * llm.layers,
      }),
    ],
  };
}

/** Scalars to bytes, and their sum. */
function stageMemory(
  stage: StageMemory['stage'],
  scalars: Partial<Omit<StageMemory, 'stage' | 'total'>>,
): StageMemory {
  const { weights = 0, gradients = 0, optimizer = 0, activations = 0, keyValueCache = 0 } = scalars;
  const total = weights + gradients + optimizer + activations + keyValueCache;
  return {
    stage,
    weights: weights * BYTES,
    gradients: gradients * BYTES,
    optimizer: optimizer * BYTES,
    activations: activations * BYTES,
    keyValueCache: keyValueCache * BYTES,
    total: total * BYTES,
  };
}

function projectorParameters(
  model: ModelConfig,
  dims: { featureDims: ByModality<number>; outputDim: number },
): number {
  const sizes = projectionSizes(model, dims);
  const { tokenDim, volumeTokenDim, sliceBlock, volumeBlock, hiddenDim, outputDim } = sizes;
  const linear = (inputs: number, outputs: number): number => (inputs + 1) * outputs;
  const slices = linear(tokenDim * sliceBlock ** 2, hiddenDim);
  const volumes = linear(volumeTokenDim * volumeBlock ** 2, hiddenDim);
  const output = linear(hiddenDim, outputDim);
  switch (scePartsOf(model).projection) {
    case 'moe-hybrid':
      return slices + volumes + output;
    case 'shared':
      return Math.max(slices, volumes) + output;
    case 'separate':
      return slices + volumes + 2 * output;
  }
}

/** Each target's A and B, in every layer. */
function loraParameterCount(
  sizes: TransformerSizes,
  { rank, targets }: { rank: number; targets: readonly string[] },
): number {
  const { hiddenSize: e, intermediateSize: i } = sizes;
  const keys = keyValueWidth(sizes) / 2;
  const widths: Readonly<Record<string, number>> = {
    q_proj: e + e,
    k_proj: e + keys,
    v_proj: e + keys,
    qkv_proj: e + e + 2 * keys,
    o_proj: e + e,
    gate_proj: e + i,
    up_proj: e + i,
    gate_up_proj: e + 2 * i,
    down_proj: e + i,
  };
  return sizes.layers * rank * targets.reduce((sum, target) => sum + (widths[target] ?? 0), 0);
}

/** Width of a position's keys and values together. */
function keyValueWidth({ hiddenSize, heads, keyValueHeads }: TransformerSizes): number {
  return (2 * hiddenSize * keyValueHeads) / heads;
}

/** Scalars that one block makes for each token. */
function perToken(sizes: TransformerSizes, length: number): number {
  const { hiddenSize: e, intermediateSize: i, heads, gated } = sizes;
  const attention = 6 * e + 2 * keyValueWidth(sizes) + 2 * heads * length; // norm, q, turned q, mixed, out, sum; scores, weights
  const feedForward = 3 * e + (gated ? 4 : 2) * i; // norm, down, sum; gate, activated, up, product
  return attention + feedForward;
}

/** What the backward pass needs: all blocks' tensors, and the logits of answers. */
function trainingActivations(sizes: TransformerSizes, batch: number, length: number): number {
  const answers = batch * 64; // tokens of an answer
  return batch * length * sizes.layers * perToken(sizes, length) + 3 * answers * sizes.vocabulary;
}

/** What one block needs while it runs. */
function layerWorkingSet(sizes: TransformerSizes, batch: number, length: number): number {
  return batch * length * perToken(sizes, length) + batch * sizes.vocabulary;
}
