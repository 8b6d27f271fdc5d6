import {
  floatBytes,
  type FloatStorage,
  type StoredFloats,
  tensorOfBytes,
  uploadBytes,
} from '@omnict/nn';
import { ShapeError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageQuestions, ModelSample } from './batch';

/** The samples with features at hand: reads those that lie elsewhere, all at once. */
export async function withFeatures(samples: readonly ModelSample[]): Promise<ModelSample[]> {
  return Promise.all(
    samples.map(async (sample) =>
      typeof sample.features === 'function'
        ? { ...sample, features: await sample.features() }
        : sample,
    ),
  );
}

/** The same for questions about images; an image's features are read once, for its first question. */
export async function withImageFeatures(
  images: readonly ImageQuestions[],
): Promise<ImageQuestions[]> {
  const first = await withFeatures(images.map(([question]) => question as ModelSample));
  return images.map(([, ...others], index) => [first[index] as ModelSample, ...others]);
}

/**
 * Features of one modality, stacked as they are stored; the engine widens them to float32, which
 * costs neither JavaScript's time nor memory for a copy of twice the size.
 *
 * @param shape of one sample's features
 * @returns float32 `[samples, ...shape]`
 * @throws ShapeError for features of another size, or not yet read
 */
export function stackFeatures(
  samples: readonly ModelSample[],
  shape: readonly number[],
): tf.Tensor {
  const found = samples.map(({ features }) => atHand(features));
  const dtype = found[0]?.dtype ?? 'F32';
  const whole = [samples.length, ...shape];
  if (found.some((features) => features.dtype !== dtype)) {
    return tf.tidy(() => tf.concat(found.map((one) => stack([one], [1, ...shape], one.dtype))));
  }
  return stack(found, whole, dtype);
}

function stack(found: readonly StoredFloats[], shape: number[], dtype: FloatStorage): tf.Tensor {
  const length = (tf.util.sizeFromShape(shape) / found.length) * floatBytes(dtype);
  const stacked = uploadBytes(found.length * length);
  found.forEach(({ bytes }, row) => {
    if (bytes.length !== length) {
      throw new ShapeError(
        `stackFeatures: features of a sample do not fit; expected ${length / floatBytes(dtype)} values, got ${bytes.length / floatBytes(dtype)}; encode it with the encoder of this model`,
      );
    }
    stacked.set(bytes, row * length);
  });
  return tensorOfBytes(stacked, { dtype, shape }, 'stackFeatures');
}

function atHand(features: ModelSample['features']): StoredFloats {
  if (typeof features === 'object') return features;
  throw new ShapeError(
    `stackFeatures: a sample has ${features === undefined ? 'no features' : 'features not yet read'}; expected them at hand; call withFeatures on the batch's samples first`,
  );
}
