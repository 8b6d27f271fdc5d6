import { constantVariable, Module, scaledDotProductAttention, silu } from '@omnict/nn';
import type { Random } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import { CausalConvolution } from './causal-convolution';
import { framesPerLatent, type WanVaeConfig } from './config';

/** Added to a norm before dividing, as PyTorch's `normalize` has it. */
const NORM_EPSILON = 1e-12;

/** RMS normalization over channels with learned gain. */
class ChannelNorm extends Module {
  /** `[C, 1, 1]` or `[C, 1, 1, 1]` */
  readonly gamma: tf.Variable;

  constructor(
    private readonly channels: number,
    axes: 2 | 3,
  ) {
    super();
    this.gamma = constantVariable([channels, ...new Array<number>(axes).fill(1)], 1);
  }

  /** @param x float32 `[..., C]` */
  apply(x: tf.Tensor5D): tf.Tensor5D {
    const length = tf.sqrt(tf.sum(tf.square(x), -1, true)); // [..., 1]
    const unit = tf.div(x, tf.maximum(length, NORM_EPSILON));
    const gain = tf.mul(tf.reshape(this.gamma, [this.channels]), Math.sqrt(this.channels)); // [C]
    return tf.mul(unit, gain);
  }
}

/** Two normalized convolutions beside a shortcut. */
class ResidualBlock extends Module {
  readonly norm1: ChannelNorm;
  readonly conv1: CausalConvolution;
  readonly norm2: ChannelNorm;
  readonly conv2: CausalConvolution;
  readonly convShortcut: CausalConvolution | undefined;

  constructor(inChannels: number, outChannels: number, random?: Random) {
    super();
    const around = { outChannels, kernel: [3, 3, 3], spatialPadding: [1, 1], random } as const;
    this.norm1 = new ChannelNorm(inChannels, 3);
    this.conv1 = new CausalConvolution({ ...around, inChannels });
    this.norm2 = new ChannelNorm(outChannels, 3);
    this.conv2 = new CausalConvolution({ ...around, inChannels: outChannels });
    this.convShortcut =
      inChannels === outChannels
        ? undefined
        : new CausalConvolution({ inChannels, outChannels, kernel: [1, 1, 1], random });
  }

  apply(x: tf.Tensor5D): tf.Tensor5D {
    const first = this.conv1.apply(silu(this.norm1.apply(x)) as tf.Tensor5D);
    const second = this.conv2.apply(silu(this.norm2.apply(first)) as tf.Tensor5D);
    return tf.add(second, this.convShortcut?.apply(x) ?? x);
  }
}

/** Halves height and width, and time when asked; the first frame stands for itself. */
class Downsample extends Module {
  /** Entry 0 stands where the checkpoint's padding, without parameters, stands. */
  readonly resample: [null, CausalConvolution];
  readonly timeConv: CausalConvolution | undefined;

  constructor(channels: number, { halvesTime }: { halvesTime: boolean }, random?: Random) {
    super();
    const same = { inChannels: channels, outChannels: channels, random };
    const space = new CausalConvolution(
      { ...same, kernel: [1, 3, 3], stride: [1, 2, 2] },
      { spatial: true },
    );
    this.resample = [null, space];
    const time = { ...same, kernel: [3, 1, 1], stride: [2, 1, 1], causal: false } as const;
    this.timeConv = halvesTime ? new CausalConvolution(time) : undefined;
  }

  apply(x: tf.Tensor5D): tf.Tensor5D {
    const padded = tf.pad(x, [
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ]); // one more row and column at the end
    const halved = this.resample[1].apply(padded);
    if (this.timeConv === undefined || halved.shape[1] === 1) return halved;
    const [batch, , height, width, channels] = halved.shape;
    const first = tf.slice(halved, [0, 0, 0, 0, 0], [batch, 1, height, width, channels]);
    return tf.concat([first, this.timeConv.apply(halved)], 1);
  }
}

/** Self-attention within each frame, one head. */
class FrameAttention extends Module {
  readonly norm: ChannelNorm;
  readonly toQkv: CausalConvolution;
  readonly proj: CausalConvolution;

  constructor(channels: number, random?: Random) {
    super();
    const point = { inChannels: channels, kernel: [1, 1, 1], random } as const;
    this.norm = new ChannelNorm(channels, 2);
    this.toQkv = new CausalConvolution({ ...point, outChannels: 3 * channels }, { spatial: true });
    this.proj = new CausalConvolution({ ...point, outChannels: channels }, { spatial: true });
  }

  apply(x: tf.Tensor5D): tf.Tensor5D {
    const [batch, time, height, width, channels] = x.shape;
    const qkv = this.toQkv.apply(this.norm.apply(x)); // [B, T, H, W, 3C]
    const rows = tf.reshape(qkv, [batch * time, 1, height * width, 3 * channels]); // [B*T, 1, HW, 3C]
    const [q, k, v] = tf.split(rows, 3, -1) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const mixed = scaledDotProductAttention(q, k, { v }); // [B*T, 1, HW, C]
    return tf.add(x, this.proj.apply(tf.reshape(mixed, x.shape)));
  }
}

class MiddleBlock extends Module {
  readonly attentions: FrameAttention[];
  readonly resnets: ResidualBlock[];

  constructor(channels: number, random?: Random) {
    super();
    this.attentions = [new FrameAttention(channels, random)];
    this.resnets = [0, 1].map(() => new ResidualBlock(channels, channels, random));
  }

  apply(x: tf.Tensor5D): tf.Tensor5D {
    const [before, after] = this.resnets as [ResidualBlock, ResidualBlock];
    return after.apply((this.attentions[0] as FrameAttention).apply(before.apply(x)));
  }
}

/** From pixels to latent moments. */
class WanEncoder extends Module {
  readonly convIn: CausalConvolution;
  readonly downBlocks: (ResidualBlock | Downsample)[];
  readonly midBlock: MiddleBlock;
  readonly normOut: ChannelNorm;
  readonly convOut: CausalConvolution;

  constructor(config: WanVaeConfig, random?: Random) {
    super();
    const { baseDim, dimMult, numResBlocks, temporalDownsample, zDim } = config;
    const around = { kernel: [3, 3, 3], spatialPadding: [1, 1], random } as const;
    this.convIn = new CausalConvolution({ ...around, inChannels: 3, outChannels: baseDim });
    this.downBlocks = [];
    let channels = baseDim;
    for (const [level, multiple] of dimMult.entries()) {
      for (let block = 0; block < numResBlocks; block++) {
        this.downBlocks.push(new ResidualBlock(channels, baseDim * multiple, random));
        channels = baseDim * multiple;
      }
      if (level === dimMult.length - 1) break;
      const halvesTime = temporalDownsample[level] === true;
      this.downBlocks.push(new Downsample(channels, { halvesTime }, random));
    }
    this.midBlock = new MiddleBlock(channels, random);
    this.normOut = new ChannelNorm(channels, 3);
    this.convOut = new CausalConvolution({
      ...around,
      inChannels: channels,
      outChannels: 2 * zDim,
    });
  }

  apply(frames: tf.Tensor5D): tf.Tensor5D {
    let x = this.convIn.apply(frames);
    for (const block of this.downBlocks) x = block.apply(x);
    return this.convOut.apply(silu(this.normOut.apply(this.midBlock.apply(x))) as tf.Tensor5D);
  }
}

/**
 * Encoder of Wan 2.1's causal video autoencoder. The first frame is a latent frame of its own, each
 * further one stands for as many as the halvings of time make. Computed over the whole clip at once,
 * which gives what the reference computes chunk by chunk. Parameter names are those of diffusers'
 * `AutoencoderKLWan`.
 *
 * @see https://arxiv.org/abs/2503.20314
 */
export class WanVaeEncoderNetwork extends Module {
  readonly encoder: WanEncoder;
  readonly quantConv: CausalConvolution;

  constructor(
    private readonly config: WanVaeConfig,
    random?: Random,
  ) {
    super();
    const channels = 2 * config.zDim;
    this.encoder = new WanEncoder(config, random);
    this.quantConv = new CausalConvolution({
      inChannels: channels,
      outChannels: channels,
      kernel: [1, 1, 1],
      random,
    });
  }

  /**
   * Frames beyond a whole number of latents are left out.
   *
   * @param frames float32 `[B, T, H, W, 3]` in [-1, 1]
   * @returns mean of the latents, float32 `[B, T', H', W', z]`
   */
  apply(frames: tf.Tensor5D): tf.Tensor5D {
    const [batch, time, height, width] = frames.shape;
    const step = framesPerLatent(this.config);
    const used = 1 + Math.floor((time - 1) / step) * step;
    const whole = tf.slice(frames, [0, 0, 0, 0, 0], [batch, used, height, width, 3]);
    const moments = this.quantConv.apply(this.encoder.apply(whole)); // [B, T', H', W', 2z]
    return tf.slice(moments, [0, 0, 0, 0, 0], [-1, -1, -1, -1, this.config.zDim]);
  }
}
