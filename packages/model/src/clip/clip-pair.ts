import { type ClipVisionTower, loadClipVisionTower, normalizePixels } from '@omnict/encoding';
import {
  type ClipTextTower,
  type JsonTokenizer,
  loadClipTextTower,
  loadTokenizer,
} from '@omnict/llm';
import { Checkpoint, compile, type CompiledFunction, type NamedTensors } from '@omnict/nn';
import * as tf from '@tensorflow/tfjs-core';
import { type OpenClipConfig, readOpenClipConfig } from './open-clip-config';

/** The two towers of a pair, without what turns files and texts into tensors. */
export interface ClipTowers {
  config: OpenClipConfig;
  vision: ClipVisionTower;
  text: ClipTextTower;
  /** What cosines are multiplied with before a softmax. */
  logitScale: number;
}

/**
 * An image encoder and a text encoder that end in one space, in BiomedCLIP's layout: what belongs
 * together points the same way.
 *
 * @see https://arxiv.org/abs/2303.00915
 */
export class ClipPair {
  private readonly images: CompiledFunction<NamedTensors, { vectors: tf.Tensor }>;
  private readonly texts: CompiledFunction<NamedTensors, { vectors: tf.Tensor }>;

  constructor(
    readonly towers: ClipTowers,
    private readonly tokenizer: JsonTokenizer,
  ) {
    const { vision, text, config } = towers;
    this.images = compile(
      ({ units }: NamedTensors) => {
        const pixels = normalizePixels(units as tf.Tensor4D, config.statistics, 1);
        return { vectors: unitLength(vision.apply(pixels)) };
      },
      { name: 'clip-images' },
    );
    this.texts = compile(
      ({ ids, mask }: NamedTensors) => ({
        vectors: unitLength(
          text.apply({ ids: ids as tf.Tensor2D, attentionMask: mask as tf.Tensor2D }),
        ),
      }),
      { name: 'clip-texts' },
    );
  }

  /** Height and width of the images it takes. */
  get imageSize(): number {
    return this.towers.config.vision.imageSize;
  }

  /** @param units float32 `[N, 3, H, W]` in [-1, 1] @returns vectors of length 1, one per image */
  async encodeImages(units: tf.Tensor4D): Promise<Float32Array[]> {
    const { vectors } = this.images({ units });
    return rowsOf(vectors);
  }

  /** @returns vectors of length 1, one per text */
  async encodeTexts(texts: readonly string[]): Promise<Float32Array[]> {
    if (texts.length === 0) return [];
    const { contextLength, text } = this.towers.config;
    const length = Math.min(contextLength, text.maxPositionEmbeddings);
    const ids = new Int32Array(texts.length * length).fill(text.padTokenId);
    const mask = new Int32Array(ids.length);
    texts.forEach((content, row) => {
      const all = this.tokenizer.encode(content, { addSpecialTokens: true });
      const kept = all.length <= length ? all : [...all.slice(0, length - 1), all.at(-1) as number];
      ids.set(kept, row * length);
      mask.fill(1, row * length, row * length + kept.length);
    });
    const shape: [number, number] = [texts.length, length];
    const inputs = {
      ids: tf.tensor2d(ids, shape, 'int32'),
      mask: tf.tensor2d(mask, shape, 'int32'),
    };
    const { vectors } = this.texts(inputs);
    tf.dispose(inputs);
    return rowsOf(vectors);
  }

  /** Score of an image with a text, as a softmax over texts or images takes it. */
  score(image: Float32Array, text: Float32Array): number {
    return this.towers.logitScale * image.reduce((sum, x, i) => sum + x * (text[i] as number), 0);
  }

  dispose(): void {
    this.images.dispose();
    this.texts.dispose();
    disposeTowers(this.towers);
  }
}

/** Loads a folder in BiomedCLIP's layout, with its tokenizer. @throws errors of the loaders. */
export async function loadClipPair(folder: string): Promise<ClipPair> {
  const tokenizer = await loadTokenizer(folder);
  return new ClipPair(await loadClipTowers(folder), tokenizer);
}

/** Loads the towers alone. @throws ConfigError, FormatError, MissingDataError, UnsupportedError. */
export async function loadClipTowers(folder: string): Promise<ClipTowers> {
  const config = await readOpenClipConfig(folder);
  const vision = await loadClipVisionTower(folder, config.vision);
  const text = await loadClipTextTower(folder, config.text);
  const checkpoint = await Checkpoint.open(folder);
  try {
    const scale = await checkpoint.read('logit_scale');
    const [exponent] = await scale.data();
    scale.dispose();
    return { config, vision, text, logitScale: Math.exp(exponent as number) };
  } finally {
    await checkpoint.close();
  }
}

/** Frees both towers. */
export function disposeTowers({ vision, text }: ClipTowers): void {
  vision.dispose();
  text.dispose();
}

/** @param vectors float32 `[N, E]` */
export function unitLength(vectors: tf.Tensor2D): tf.Tensor2D {
  return tf.div(vectors, tf.maximum(tf.norm(vectors, 2, 1, true), 1e-12));
}

async function rowsOf(vectors: tf.Tensor): Promise<Float32Array[]> {
  const [count, size] = vectors.shape as [number, number];
  const values = (await vectors.data()) as Float32Array;
  vectors.dispose();
  return Array.from({ length: count }, (_, row) => values.slice(row * size, (row + 1) * size));
}
