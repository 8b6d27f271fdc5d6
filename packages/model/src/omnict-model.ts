import { triAxialEmbedding } from '@omnict/encoding';
import type { CausalDecoder } from '@omnict/llm';
import { gatherRows, Module, type NamedTensors, softmaxCrossEntropy } from '@omnict/nn';
import type { Modality, Random } from '@omnict/core';
import { aggregateOrganTokens, fuseOrganTokens } from '@omnict/ose';
import { MoeHybridProjection } from '@omnict/projector';
import * as tf from '@tensorflow/tfjs-core';
import { type ModelBatch, stackPlans } from './batch';
import { stackFeatures } from './stack-features';
import type { ModelConfig } from './config';
import type { VisualLayout } from './layout';
import type { VisualProjector } from './region-embedding';

/** Layout of each modality. */
export type VisualLayouts = Readonly<Record<Modality, VisualLayout>>;

/** What an OmniCT model is built from. */
export interface OmniCTParts {
  config: ModelConfig;
  layouts: VisualLayouts;
  /** dv of the vision encoder */
  featureDim: number;
  llm: CausalDecoder;
  random: Random;
  /** Takes the projector's place: for a language model that learns from maps of regions. */
  projector?: VisualProjector;
}

/**
 * OmniCT behind the frozen encoder: tri-axial embedding, MoE projection, organ tokens and language
 * model (Sec. 2). The parameters are theta_p (`projector`) and theta_llm (`llm`).
 */
export class OmniCTModel extends Module {
  readonly projector: VisualProjector;
  readonly llm: CausalDecoder;
  private readonly config: ModelConfig;
  private readonly layouts: VisualLayouts;
  private readonly featureDim: number;

  constructor({ config, layouts, featureDim, llm, random, projector }: OmniCTParts) {
    super();
    const { depthWidth, heightWidth, widthWidth } = config.tpe;
    this.config = config;
    this.layouts = layouts;
    this.featureDim = featureDim;
    this.llm = llm;
    this.projector =
      projector ??
      new MoeHybridProjection({
        tokenDim: featureDim + (config.sce ? depthWidth + heightWidth + widthWidth : 0),
        sliceBlock: config.unshuffle.slice,
        volumeBlock: config.unshuffle.volume,
        hiddenDim: llm.hiddenSize,
        outputDim: llm.hiddenSize,
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
   * @param features float32 `[B, Ns, H', W', dv]` @param organWeights float32 `[B, Lc, L]`
   * @returns float32 `[B, L + Lc, E]`
   */
  visualTokensOf(
    features: tf.Tensor5D,
    organWeights: tf.Tensor3D,
    modality: Modality,
  ): tf.Tensor3D {
    const positioned = this.config.sce ? triAxialEmbedding(features, this.config.tpe) : features;
    const tokens = this.projector.apply(positioned as tf.Tensor5D, modality); // [B, L, E]
    if (this.layouts[modality].organTokens === 0) return tokens;
    return fuseOrganTokens(tokens, aggregateOrganTokens(tokens, organWeights));
  }

  /** Embeddings of a batch, visual tokens in place: T of Sec. 2.3. @returns float32 `[B, T, E]` */
  embed(inputs: NamedTensors): tf.Tensor3D {
    const inputIds = inputs['inputIds'] as tf.Tensor2D;
    const text = this.llm.embed(inputIds); // [B, T, E]
    if (!this.config.vision) return text;
    const size = this.llm.hiddenSize;
    const rows: tf.Tensor2D[] = [tf.zeros([1, size])]; // row 0: no visual token
    for (const modality of ['slice', 'volume'] as const) {
      const features = inputs[`${modality}Features`] as tf.Tensor5D | undefined;
      if (features === undefined) continue;
      const weights = inputs[`${modality}OrganWeights`] as tf.Tensor3D;
      const tokens = this.visualTokensOf(features, weights, modality);
      rows.push(tf.reshape(tokens, [-1, size]) as tf.Tensor2D); // [B*(L+Lc), E]
    }
    const visualIndex = inputs['visualIndex'] as tf.Tensor2D;
    const flat = tf.reshape(visualIndex, [-1]) as tf.Tensor1D;
    const visual = tf.reshape(gatherRows(tf.concat(rows, 0), flat), text.shape); // [B, T, E]
    const isText = tf.cast(tf.equal(visualIndex, 0), 'float32');
    return tf.add(tf.mul(text, tf.expandDims(isText, -1)), visual);
  }

  /**
   * Sum of the answer tokens' cross-entropies (Eq. 6), each times its weight.
   *
   * With `recomputeLayers`, less is kept for the way back.
   *
   * @returns scalar, nats
   */
  answerLoss(inputs: NamedTensors, options: { recomputeLayers?: boolean } = {}): tf.Scalar {
    const { hidden } = this.llm.forward({
      embeddings: this.embed(inputs),
      positions: inputs['positions'] as tf.Tensor2D,
      attentionMask: inputs['attentionMask'] as tf.Tensor2D,
      ...options,
    });
    const rows = tf.reshape(hidden, [-1, this.llm.hiddenSize]) as tf.Tensor2D; // [B*T, E]
    const answering = gatherRows(rows, inputs['answerPlaces'] as tf.Tensor1D); // [M, E]
    const losses = softmaxCrossEntropy(
      this.llm.logits(answering),
      inputs['answerIds'] as tf.Tensor1D,
    );
    return tf.sum(tf.mul(losses, inputs['lossWeights'] as tf.Tensor1D));
  }

  /** Uploads a batch. The caller owns the tensors. */
  tensors(batch: ModelBatch): NamedTensors {
    const { samples, sliceCount, length } = batch;
    const shape: [number, number] = [samples.length, length];
    const inputs: NamedTensors = {
      inputIds: tf.tensor2d(batch.inputIds, shape, 'int32'),
      attentionMask: tf.tensor2d(batch.attentionMask, shape, 'int32'),
      positions: tf.tensor2d(batch.positions, shape, 'int32'),
      answerPlaces: tf.tensor1d(batch.answerPlaces, 'int32'),
      answerIds: tf.tensor1d(batch.answerIds, 'int32'),
      lossWeights: tf.tensor1d(batch.answerWeights),
    };
    if (!this.config.vision) return inputs;
    inputs['visualIndex'] = tf.tensor2d(batch.visualIndex, shape, 'int32');
    for (const modality of ['slice', 'volume'] as const) {
      const own = modality === 'slice' ? samples.slice(0, sliceCount) : samples.slice(sliceCount);
      if (own.length === 0) continue;
      const { featureGrid, globalTokens, organTokens } = this.layouts[modality];
      const featureShape = [...featureGrid, this.featureDim];
      inputs[`${modality}Features`] = stackFeatures(own, featureShape);
      inputs[`${modality}OrganWeights`] = tf.tensor3d(stackPlans(own, organTokens * globalTokens), [
        own.length,
        organTokens,
        globalTokens,
      ]);
    }
    return inputs;
  }
}
