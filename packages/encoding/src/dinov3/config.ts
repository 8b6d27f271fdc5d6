import type { ActivationName } from '@omnict/nn';
import { ConfigFields } from '../config-fields';
import type { UnitShape } from '../vision-encoder';

/** Sizes of a DINOv3 vision transformer, as Hugging Face's config.json names them. */
export interface Dinov3Config {
  imageSize: number;
  patchSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  numRegisterTokens: number;
  layerNormEps: number;
  ropeTheta: number;
  hiddenAct: ActivationName;
  useGatedMlp: boolean;
  queryBias: boolean;
  keyBias: boolean;
  valueBias: boolean;
  projBias: boolean;
  mlpBias: boolean;
}

/** Reads a config.json. @throws ConfigError naming the field. */
export function parseDinov3Config(json: unknown, path: string): Dinov3Config {
  const fields = new ConfigFields(json as Record<string, unknown>, path, 'a DINOv3 config');
  return {
    imageSize: fields.square('image_size'),
    patchSize: fields.square('patch_size'),
    hiddenSize: fields.size('hidden_size'),
    intermediateSize: fields.size('intermediate_size'),
    numHiddenLayers: fields.size('num_hidden_layers'),
    numAttentionHeads: fields.size('num_attention_heads'),
    numRegisterTokens: fields.number('num_register_tokens', 0),
    layerNormEps: fields.number('layer_norm_eps', 1e-5),
    ropeTheta: fields.number('rope_theta', 100),
    hiddenAct: fields.activation('hidden_act', 'gelu'),
    useGatedMlp: fields.flag('use_gated_mlp', false),
    queryBias: fields.flag('query_bias', true),
    keyBias: fields.flag('key_bias', false),
    valueBias: fields.flag('value_bias', true),
    projBias: fields.flag('proj_bias', true),
    mlpBias: fields.flag('mlp_bias', true),
  };
}

/** What the transformer takes and gives. */
export function dinov3Shape({ hiddenSize, imageSize, patchSize }: Dinov3Config): UnitShape {
  const gridSize = Math.floor(imageSize / patchSize);
  return { takes: 'units', outputDim: hiddenSize, imageSize, gridSize };
}
