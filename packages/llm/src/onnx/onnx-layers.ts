import { BLOCK_SIZE, MICROSOFT, type OnnxModel, quantizeBlocks } from '@omnict/nn';
import type { DecoderConfig } from '../decoder/decoder-config';

/** How the matrices of a written decoder are stored. */
export type OnnxWeights = 'f32' | 'int8' | 'int4';

/** Where a decoder's weights come from, by their names in Hugging Face checkpoints. */
export interface DecoderWeights {
  config: DecoderConfig;
  has(name: string): boolean;
  /** float32 values */
  read(name: string): Promise<Float32Array>;
}

/** A matrix of a linear layer. */
export interface LinearWeights {
  /** float32 `[N, K]` */
  weight: Float32Array;
  /** K */
  columns: number;
  /** float32 `[N]` */
  bias?: Float32Array | undefined;
}

/** Writes the layers that a decoder repeats, each as nodes with its weights; results are names of values. */
export class OnnxLayers {
  constructor(
    private readonly source: DecoderWeights,
    private readonly model: OnnxModel,
    private readonly weights: OnnxWeights,
  ) {}

  /** RMS norm of a residual stream, by the name of its gain. */
  async norm(x: string, name: string): Promise<string> {
    const output = `${name}.normed`;
    this.model.node('SimplifiedLayerNormalization', {
      inputs: [x, await this.gain(name)],
      outputs: [output],
      attributes: { axis: -1n, epsilon: this.source.config.rmsNormEps },
    });
    return output;
  }

  /** Sum of a residual stream and an update, and its norm. */
  async skipNorm(
    terms: readonly [string, string],
    name: string,
  ): Promise<{ sum: string; normed: string }> {
    const [sum, normed] = [`${name}.sum`, `${name}.normed`];
    this.model.node('SkipSimplifiedLayerNormalization', {
      inputs: [...terms, await this.gain(name)],
      outputs: [normed, '', '', sum],
      attributes: { epsilon: this.source.config.rmsNormEps },
      domain: MICROSOFT,
    });
    return { sum, normed };
  }

  private async gain(name: string): Promise<string> {
    return this.vector(`${name}.weight`, await this.source.read(`${name}.weight`));
  }

  /** `x W^T + b`. */
  async linear(x: string, name: string, { weight, columns, bias }: LinearWeights): Promise<string> {
    const rows = weight.length / columns;
    const output = `${name}.output`;
    const added = bias === undefined ? [] : [await this.vector(`${name}.bias`, bias)];
    if (this.weights === 'f32') {
      const product = added.length === 0 ? output : `${name}.product`;
      const matrix = await this.model.weight(`${name}.weight`, {
        type: 'float32',
        shape: [columns, rows],
        bytes: bytesOf(transposed(weight, columns)),
      });
      this.model.node('MatMul', { inputs: [x, matrix], outputs: [product] });
      if (added.length > 0) {
        this.model.node('Add', { inputs: [product, ...added], outputs: [output] });
      }
      return output;
    }
    const bits = this.weights === 'int8' ? 8 : 4;
    const { bytes, scales } = quantizeBlocks(weight, { columns, bits });
    const blocks = Math.ceil(columns / BLOCK_SIZE);
    const stored = await this.model.weight(`${name}.weight`, {
      type: 'uint8',
      shape: [rows, blocks, (BLOCK_SIZE * bits) / 8],
      bytes,
    });
    const scale = await this.vector(`${name}.scales`, scales);
    this.model.node('MatMulNBits', {
      inputs: [x, stored, scale, ...(added.length === 0 ? [] : ['', '', ...added])],
      outputs: [output],
      attributes: {
        K: BigInt(columns),
        N: BigInt(rows),
        bits: BigInt(bits),
        block_size: BigInt(BLOCK_SIZE),
        accuracy_level: 4n, // activations in int8: the fast kernels
      },
      domain: MICROSOFT,
    });
    return output;
  }

  private vector(name: string, values: Float32Array): Promise<string> {
    return this.model.weight(name, {
      type: 'float32',
      shape: [values.length],
      bytes: bytesOf(values),
    });
  }
}

/** `[N, K]` to `[K, N]`. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = matrix[row * columns + column] as number;
    }
  }
  return turned;
}

/** The bytes of an array's values. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
