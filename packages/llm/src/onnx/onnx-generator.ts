import * as tf from '@tensorflow/tfjs-core';
import { DecodingLoop, type NextTokens, type PromptBatch } from '../generation/decoding-loop';
import { type OnnxCache, OnnxDecoder } from './onnx-decoder';

/** Scores of the next tokens, and what was computed so far. */
interface OnnxState {
  /** float32 `[B, V]` */
  logits: Float32Array;
  cache: OnnxCache;
}

/** Generation by onnxruntime on the processor, with the same contract as `TextGenerator`. */
export class OnnxGenerator extends DecodingLoop<OnnxState> {
  constructor(private readonly decoder: OnnxDecoder) {
    const { maxPositionEmbeddings, rotaryScaling, slidingWindow } = decoder.config;
    super({
      maxPositions: maxPositionEmbeddings,
      shortContext:
        rotaryScaling?.kind === 'longrope' ? rotaryScaling.originalMaxPositionEmbeddings : Infinity,
      slidingWindow,
    });
  }

  dispose(): void {
    void this.decoder.dispose();
  }

  /** One row after the other, without its padding; a beginning that several share is computed once. */
  protected async prefill(
    { embeddings, attentionMask, prefix }: PromptBatch,
    { room, isLong }: { room: number; isLong: boolean },
  ): Promise<OnnxState> {
    const { decoder } = this;
    const [batch, length, size] = embeddings.shape;
    const [prefixes, before] = [prefix?.shape[0] ?? 1, prefix?.shape[1] ?? 0];
    const cache = decoder.createCache(batch, before + length + room);
    const [own, shared] = (await Promise.all([embeddings.data(), prefix?.data()])) as [
      Float32Array,
      Float32Array | undefined,
    ];
    const scores: Float32Array[] = [];
    const each = batch / prefixes;
    for (let row = 0; row < batch; row++) {
      const rowCache = decoder.rowOf(cache, row);
      const first = row - (row % each);
      if (shared !== undefined && row === first) {
        const begin = (row / each) * before * size;
        const beginning = shared.subarray(begin, begin + before * size);
        await decoder.run(beginning, { cache: rowCache, lastPlaces: [before - 1], isLong });
      } else if (shared !== undefined) {
        decoder.copyPlaces(cache, { from: first, to: row, count: before });
      }
      const tokens = unpadded(own, { row, length, size, attentionMask });
      const last = before + tokens.length / size - 1;
      scores.push(await decoder.run(tokens, { cache: rowCache, lastPlaces: [last], isLong }));
    }
    return { logits: joined(scores), cache };
  }

  protected async advance(
    { cache }: OnnxState,
    { ids, positions, isLong }: NextTokens,
  ): Promise<OnnxState> {
    const embeddings = this.decoder.embed(ids);
    return {
      cache,
      logits: await this.decoder.run(embeddings, { cache, lastPlaces: positions, isLong }),
    };
  }

  protected likeliest({ logits, cache: { rows } }: OnnxState): Promise<number[]> {
    const size = logits.length / rows;
    const ids = Array.from({ length: rows }, (_, row) => {
      const own = logits.subarray(row * size, (row + 1) * size);
      let best = 0;
      for (let id = 1; id < size; id++) if ((own[id] as number) > (own[best] as number)) best = id;
      return best;
    });
    return Promise.resolve(ids);
  }

  protected scores({ logits }: OnnxState): Promise<Float32Array> {
    return Promise.resolve(logits);
  }

  /** Its memory is JavaScript's. */
  protected release(): void {}

  embed(ids: tf.Tensor2D): tf.Tensor3D {
    const [batch, length] = ids.shape;
    return tf.tensor3d(this.decoder.embed(ids.dataSync()), [
      batch,
      length,
      this.decoder.config.hiddenSize,
    ]);
  }
}

/** Tokens of a row that are no padding. @returns float32 `[tokens, E]` */
function unpadded(
  embeddings: Float32Array,
  {
    row,
    length,
    size,
    attentionMask,
  }: { row: number; length: number; size: number; attentionMask: Int32Array },
): Float32Array {
  const places = Array.from({ length }, (_, place) => row * length + place).filter(
    (place) => attentionMask[place] === 1,
  );
  const tokens = new Float32Array(places.length * size);
  places.forEach((place, index) =>
    tokens.set(embeddings.subarray(place * size, (place + 1) * size), index * size),
  );
  return tokens;
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const whole = new Float32Array(rows.length * size);
  rows.forEach((row, index) => whole.set(row, index * size));
  return whole;
}

/**
 * Opens a decoder that `writeOnnxDecoder` wrote.
 *
 * @throws MissingDataError without the package onnxruntime-node; FormatError
 */
export async function openOnnxGenerator(folder: string): Promise<OnnxGenerator> {
  return new OnnxGenerator(await OnnxDecoder.open(folder));
}
