import { Linear, loadCheckpoint, Module } from '@omnict/nn';
import { type Random, readConfigJson } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { parseTextEncoderConfig, type TextEncoderConfig } from './config';
import { type TextEncoderInput, TextTransformer } from './transformer';

class Pooler extends Module {
  readonly dense: Linear;

  constructor(size: number, random?: Random) {
    super();
    this.dense = new Linear({ inFeatures: size, outFeatures: size, random });
  }
}

/** RoBERTa's classifier of the first token. */
class RobertaClassifier extends Module {
  readonly dense: Linear;
  readonly outProj: Linear;

  constructor(size: number, labels: number, random?: Random) {
    super();
    this.dense = new Linear({ inFeatures: size, outFeatures: size, random });
    this.outProj = new Linear({ inFeatures: size, outFeatures: labels, random });
  }
}

/** A BERT or RoBERTa encoder, with its classifier when it has one. */
export class TextEncoder extends Module {
  readonly encoder: TextTransformer;
  /** BERT only; absent when the checkpoint has none. */
  readonly pooler: Pooler | undefined;
  readonly classifier: Linear | RobertaClassifier | undefined;

  constructor(
    readonly config: TextEncoderConfig,
    random?: Random,
  ) {
    super();
    const { hiddenSize, labels, family } = config;
    this.encoder = new TextTransformer(config, random);
    const isClassifier = labels.length > 0;
    this.pooler = isClassifier && family === 'bert' ? new Pooler(hiddenSize, random) : undefined;
    if (!isClassifier) return;
    this.classifier =
      family === 'bert'
        ? new Linear({ inFeatures: hiddenSize, outFeatures: labels.length, random })
        : new RobertaClassifier(hiddenSize, labels.length, random);
  }

  /** Embeddings and the output of each layer: float32 `[B, T, E]` each. */
  hiddenStates(input: TextEncoderInput): tf.Tensor3D[] {
    return this.encoder.apply(input);
  }

  /**
   * Scores of a sequence classifier, before softmax or sigmoid.
   *
   * @param last float32 `[B, T, E]`, the last hidden states @returns float32 `[B, labels]`
   */
  classify(last: tf.Tensor3D): tf.Tensor2D | undefined {
    const [batch, , size] = last.shape;
    const first = tf.reshape(tf.slice(last, [0, 0, 0], [batch, 1, size]), [batch, size]); // [B, E]
    if (this.classifier instanceof Linear) {
      return this.classifier.apply(
        tf.tanh((this.pooler as Pooler).dense.apply(first)),
      ) as tf.Tensor2D;
    }
    const head = this.classifier;
    return head?.outProj.apply(tf.tanh(head.dense.apply(first))) as tf.Tensor2D | undefined;
  }
}

/** Loads the encoder of a Hugging Face folder. @throws ConfigError, FormatError, MissingDataError. */
export async function loadTextEncoder(folder: string): Promise<TextEncoder> {
  const path = join(folder, 'config.json');
  const config = parseTextEncoderConfig(await readConfigJson(path), path);
  const model = new TextEncoder(config);
  const { family } = config;
  const isClassifier = config.labels.length > 0;
  // Inside a classifier the encoder has a prefix, alone it has none.
  await loadCheckpoint(model, folder, {
    prefixes: isClassifier ? [''] : ['', `${family}.`],
    nameOf: (name) => {
      const published = name.replaceAll('layer_norm', 'LayerNorm');
      const [part, ...rest] = published.split('.');
      if (part === 'encoder') return (isClassifier ? `${family}.` : '') + rest.join('.');
      return part === 'pooler' ? `${family}.${published}` : published;
    },
    // Before 2019 norms had gamma and beta; the hub still holds such checkpoints.
    renamed: (name) =>
      name
        .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
        .replace(/LayerNorm\.beta$/, 'LayerNorm.bias'),
    ignored: [/position_ids$/, /^pooler\./, /^cls\./, /^lm_head\./],
  });
  return model;
}
