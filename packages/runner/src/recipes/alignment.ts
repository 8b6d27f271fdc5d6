import type { Modality, RegionVocabulary } from '@omnict/core';
import type { FeatureStore } from '@omnict/encoding';
import { type OmniCT, RegionEmbedding, regionWords, scePartsOf } from '@omnict/model';
import { type NamedTensors, tensorOfBytes, uploadBytes } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Weight of a token that shows a finding, against one of others: findings are few. */
const FINDING_WEIGHT = 4;

/**
 * Returns the loss that fits a projector to region tokens: mean squared error over tokens, as a share of
 * the region tokens' own mean square, of the tensors that {@link alignmentTensors} makes.
 */
export function alignmentLoss(
  { model, language, config }: OmniCT,
  vocabulary: RegionVocabulary,
): (inputs: NamedTensors) => tf.Scalar {
  const target = new RegionEmbedding({
    table: model.llm.model.embedTokens.weight,
    words: regionWords(language.tokenizer, vocabulary.phrases),
    blocks: config.model.unshuffle,
    places: scePartsOf(config.model).tpe,
  });
  return (inputs) =>
    (['slice', 'volume'] as const)
      .filter((modality) => `${modality}Features` in inputs)
      .map((modality): tf.Scalar => {
        const features = inputs[`${modality}Features`] as tf.Tensor5D;
        const tokens = model.projectedTokensOf(features, modality); // [B, L, E]
        const wanted = target.apply(inputs[`${modality}Maps`] as tf.Tensor5D, modality);
        const errors = tf.mean(tf.square(tf.sub(tokens, wanted)), -1); // [B, L]
        const scale = tf.mean(tf.square(wanted));
        const weights = inputs[`${modality}Weights`] as tf.Tensor2D;
        return tf.div(tf.sum(tf.mul(errors, weights)), scale);
      })
      .reduce((sum, part) => tf.add(sum, part));
}

/** Features as they are stored. */
type StoredFeatures = Pick<Awaited<ReturnType<FeatureStore['read']>>, 'bytes' | 'dtype'>;

/** An image to be aligned to. */
export interface AlignmentImage {
  modality: Modality;
  /** Of `[Ns, H', W', dv]`. */
  features: StoredFeatures;
  /** `[Ns, H', W', K]`, of {@link regionMap}. */
  map: Uint8Array;
}

/** Uploads features, maps and weights of images, by kind; those of one kind share a type of floats. */
export function alignmentTensors(
  { layouts, encoders }: OmniCT,
  images: readonly AlignmentImage[],
  { phrases, organs }: RegionVocabulary,
): NamedTensors {
  const inputs: NamedTensors = {};
  const weights: Float32Array[] = [];
  for (const modality of ['slice', 'volume'] as const) {
    const own = images.filter((image) => image.modality === modality);
    if (own.length === 0) continue;
    const { featureGrid: grid, tokenGrid, globalTokens } = layouts[modality];
    inputs[`${modality}Features`] = featuresOf(
      own.map(({ features }) => features),
      [...grid, encoders[modality].outputDim],
    );
    const stacked = concatenated(own.map(({ map }) => map));
    inputs[`${modality}Maps`] = tf.tensor(stacked, [own.length, ...grid, phrases.length]);
    const sizes = { patches: grid[1], side: tokenGrid[1], phrases: phrases.length, organs };
    const weight = tokenWeights(stacked, sizes);
    inputs[`${modality}Weights`] = tf.tensor2d(weight, [own.length, globalTokens]);
    weights.push(weight);
  }
  inputs['lossWeights'] = tf.tensor1d(concatenated(weights));
  return inputs;
}

function featuresOf(found: readonly StoredFeatures[], shape: readonly number[]): tf.Tensor {
  const { dtype } = found[0] as StoredFeatures;
  const bytes = uploadBytes(found.reduce((sum, one) => sum + one.bytes.length, 0));
  let offset = 0;
  for (const one of found) {
    bytes.set(one.bytes, offset);
    offset += one.bytes.length;
  }
  return tensorOfBytes(bytes, { dtype, shape: [found.length, ...shape] }, 'alignmentTensors');
}

function concatenated(parts: readonly (Uint8Array | Float32Array)[]): Float32Array {
  const output = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    output.set(part, offset);
    offset += part.length;
  }
  return output;
}

/** One weight a token: more where one of its patches shows a finding. */
function tokenWeights(
  maps: Float32Array,
  {
    patches,
    side,
    phrases,
    organs,
  }: { patches: number; side: number; phrases: number; organs: number },
): Float32Array {
  const units = maps.length / (patches * patches * phrases);
  const weights = new Float32Array(units * side * side).fill(1);
  for (let patch = 0; patch < units * patches * patches; patch++) {
    const own = maps.subarray(patch * phrases + organs, (patch + 1) * phrases);
    if (own.every((value) => value === 0)) continue;
    const unit = Math.floor(patch / (patches * patches));
    const row = Math.floor((patch / patches) % patches);
    const column = patch % patches;
    const token = (Math.floor((row * side) / patches) + unit * side) * side;
    weights[token + Math.floor((column * side) / patches)] = FINDING_WEIGHT;
  }
  return weights;
}
