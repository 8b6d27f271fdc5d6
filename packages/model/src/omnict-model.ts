import { triAxialEmbedding } from '@omnict/encoding';
import type { CausalDecoder } from '@omnict/llm';
import { gatherRows, Module, type NamedTensors, softmaxCrossEntropy } from '@omnict/nn';
import type { Modality, Random } from '@omnict/core';
import { aggregateOrganTokens, fuseOrganTokens } from '@omnict/ose';
import { createProjection } from '@omnict/projector';
import * as tf from '@tensorflow/tfjs-core';
import { type ModelBatch, type ModelSample, ofKind, stackPlans } from './batch';
import { flatten, tensorsOfParts, uploadPart } from './part-tensors';
import { stackFeatures } from './stack-features';
import { scePartsOf } from './ablated-parts';
import type { ModelConfig } from './config';
import { projectionSizes } from './projection-sizes';
import type { VisualLayout } from './layout';
import type { VisualProjector } from './region-embedding';

/** Layout of each modality. */
export type VisualLayouts = Readonly<Record<Modality, VisualLayout>>;

/** What an OmniCT model is built from. */
export interface OmniCTParts {
  config: ModelConfig;
  layouts: VisualLayouts;
  /** dv of each modality's vision encoder */
  featureDims: Readonly<Record<Modality, number>>;
  llm: CausalDecoder;
  random: Random;
  /** Takes the projector's place: for a language model that learns from maps of regions. */
  projector?: VisualProjector;
}

/**
 * OmniCT behind the frozen encoder: tri-axial embedding, projection, organ tokens and language
 * model (Sec. 2). The parameters are theta_p (`projector`) and theta_llm (`llm`).
 */
export class OmniCTModel extends Module {
  readonly projector: VisualProjector;
  readonly llm: CausalDecoder;
  private readonly config: ModelConfig;
  private readonly layouts: VisualLayouts;
  private readonly featureDims: OmniCTParts['featureDims'];

  constructor({ config, layouts, featureDims, llm, random, projector }: OmniCTParts) {
    super();
    this.config = config;
    this.layouts = layouts;
    this.featureDims = featureDims;
    this.llm = llm;
    this.projector =
      projector ??
      createProjection(scePartsOf(config).projection, {
        ...projectionSizes(config, { featureDims, outputDim: llm.hiddenSize }),
        random,
      });
  }

  /** L + Lc of each modality. */
  get visualTokens(): Record<Modality, number> {
    const count = ({ globalTokens, organTokens }: VisualLayout): number =>
      globalTokens + organTokens;
    return { slice: count(this.layouts.slice), volume: count(this.layouts.volume) };
  }

  /**
   * Visual tokens of inputs of one modality: F_OSE = [F ; f_o].
   *
   * @param features float32 `[I, Ns, H', W', dv]`
   * @param organWeights float32 `[I, n*Lc, L]`: of n questions about each image
   * @returns float32 `[I, L + n*Lc, E]`
   */
  visualTokensOf(
    features: tf.Tensor5D,
    organWeights: tf.Tensor3D,
    modality: Modality,
  ): tf.Tensor3D {
    const tokens = this.projectedTokensOf(features, modality); // [I, L, E]
    if (this.layouts[modality].organTokens === 0) return tokens;
    return fuseOrganTokens(tokens, aggregateOrganTokens(tokens, organWeights));
  }

  /**
   * Global visual tokens of images of one modality: position, then projection (Eq. 2 to 4).
   *
   * @param features float32 `[I, Ns, H', W', dv]` @returns float32 `[I, L, E]`
   */
  projectedTokensOf(features: tf.Tensor5D, modality: Modality): tf.Tensor3D {
    const { tpe } = this.config;
    const positioned = scePartsOf(this.config).tpe ? triAxialEmbedding(features, tpe) : features;
    return this.projector.apply(positioned as tf.Tensor5D, modality);
  }

  /**
   * Embeddings of a batch, visual tokens in place: T of Sec. 2.3.
   *
   * @returns float32 `[N, E]`: of each part its prefixes, then its own tokens
   */
  embed(inputs: NamedTensors): tf.Tensor2D {
    const parts = tensorsOfParts(inputs);
    const inputIds = flatten(parts, ({ prefix, inputIds: own }) => [prefix?.inputIds, own]);
    const text = this.llm.embed(tf.expandDims(inputIds, 0) as tf.Tensor2D); // [1, N, E]
    const size = this.llm.hiddenSize;
    const flatText: tf.Tensor2D = tf.reshape(text, [-1, size]); // [N, E]
    if (!this.config.vision) return flatText;
    const rows: tf.Tensor2D[] = [tf.zeros([1, size])]; // row 0: no visual token
    for (const modality of ['slice', 'volume'] as const) {
      const features = inputs[`${modality}Features`] as tf.Tensor5D | undefined;
      if (features === undefined) continue;
      const weights = inputs[`${modality}OrganWeights`] as tf.Tensor3D;
      const tokens = this.visualTokensOf(features, weights, modality);
      rows.push(tf.reshape(tokens, [-1, size])); // [I*(L + n*Lc), E]
    }
    const visualIndex = flatten(parts, ({ prefix, visualIndex: own }) => [
      prefix?.visualIndex,
      own,
    ]);
    const visual = gatherRows(tf.concat(rows, 0), visualIndex); // [N, E]
    const isText = tf.cast(tf.equal(visualIndex, 0), 'float32');
    return tf.add(tf.mul(flatText, tf.expandDims(isText, -1)), visual);
  }

  /** Embeddings of each part: `[I, P, E]` of its prefixes, when it has some, and `[B, T, E]` of its own. */
  embedParts(inputs: NamedTensors): { prefix?: tf.Tensor3D; own: tf.Tensor3D }[] {
    const size = this.llm.hiddenSize;
    const embedded = this.embed(inputs);
    let begin = 0;
    const take = ([rows, length]: [number, number]): tf.Tensor3D => {
      const part = tf.slice(embedded, [begin, 0], [rows * length, size]);
      begin += rows * length;
      return tf.reshape(part, [rows, length, size]);
    };
    return tensorsOfParts(inputs).map(({ prefix, inputIds }) => ({
      ...(prefix !== undefined && { prefix: take(prefix.inputIds.shape) }),
      own: take(inputIds.shape),
    }));
  }

  /**
   * Sum of the answer tokens' cross-entropies (Eq. 6), each times its weight.
   *
   * With `recomputeLayers`, less is kept for the way back.
   *
   * @returns scalar, nats
   */
  answerLoss(inputs: NamedTensors, options: { recomputeLayers?: boolean } = {}): tf.Scalar {
    const { hidden: answering } = this.llm.forwardGroups({
      embeddings: this.embed(inputs),
      groups: tensorsOfParts(inputs),
      ...options,
    }); // [M, E]
    const losses = softmaxCrossEntropy(
      this.llm.logits(answering),
      inputs['answerIds'] as tf.Tensor1D,
    );
    return tf.sum(tf.mul(losses, inputs['lossWeights'] as tf.Tensor1D));
  }

  /** Uploads a batch. The caller owns the tensors. */
  tensors(batch: ModelBatch): NamedTensors {
    const { images, parts, questionsPerImage } = batch;
    const inputs: NamedTensors = {
      answerIds: tf.tensor1d(batch.answerIds, 'int32'),
      lossWeights: tf.tensor1d(batch.answerWeights),
    };
    for (const part of parts) Object.assign(inputs, uploadPart(part, this.config.vision));
    if (!this.config.vision) return inputs;
    for (const modality of ['slice', 'volume'] as const) {
      const own = ofKind(images, modality);
      if (own.length === 0) continue;
      const { featureGrid, globalTokens, organTokens } = this.layouts[modality];
      const each = questionsPerImage[modality];
      const first = own.map(([question]) => question as ModelSample);
      inputs[`${modality}Features`] = stackFeatures(first, [
        ...featureGrid,
        this.featureDims[modality],
      ]);
      inputs[`${modality}OrganWeights`] = tf.tensor3d(
        stackPlans(own, { perSample: organTokens * globalTokens, each }),
        [own.length, each * organTokens, globalTokens],
      );
    }
    return inputs;
  }
}
