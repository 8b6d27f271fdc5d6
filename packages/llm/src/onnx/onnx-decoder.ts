import {
  loadOnnxRuntime,
  OnnxModel,
  type OnnxRuntime,
  type OnnxSession,
  openOnnxSession,
} from '@omnict/nn';
import type { DecoderConfig } from '../decoder/decoder-config';
import { headLayout, rotaryCaches } from './head-layout';
import { type EmbeddingRows, readOnnxFolder } from './onnx-folder';
import type { OnnxWeights } from './onnx-layers';

/** Keys and values of sequences, written in place. */
export interface OnnxCache {
  /** B */
  rows: number;
  /** S: places of each row */
  places: number;
  /** Keys, then values of each layer, float32 `[B, g, S, D]`. */
  parts: readonly Float32Array[];
}

/** A decoder in onnxruntime, on the processor. */
export class OnnxDecoder {
  private caches:
    { positions: number; isLong: boolean; cos: Float32Array; sin: Float32Array } | undefined;

  private constructor(
    readonly config: DecoderConfig,
    /** How its matrices are stored. */
    readonly weights: OnnxWeights,
    private readonly parts: {
      runtime: OnnxRuntime;
      session: OnnxSession;
      embeddings: EmbeddingRows;
    },
  ) {}

  /**
   * Opens a folder that `writeOnnxDecoder` wrote.
   *
   * @throws MissingDataError without the package onnxruntime-node; FormatError
   */
  static async open(folder: string): Promise<OnnxDecoder> {
    const runtime = await loadOnnxRuntime();
    const { config, weights, embeddings } = await readOnnxFolder(folder);
    const session = await openOnnxSession(runtime, OnnxModel.file(folder));
    return new OnnxDecoder(config, weights, { runtime, session, embeddings });
  }

  /** Token embeddings. @returns float32 `[ids, E]` */
  embed(ids: ArrayLike<number>): Float32Array {
    return this.parts.embeddings.rows(ids);
  }

  /** An empty cache. */
  createCache(rows: number, places: number): OnnxCache {
    const { numHiddenLayers, numKeyValueHeads } = this.config;
    const size = rows * numKeyValueHeads * places * headLayout(this.config).size;
    const parts = Array.from({ length: 2 * numHiddenLayers }, () => new Float32Array(size));
    return { rows, places, parts };
  }

  /** One row of a cache, in the same memory. */
  rowOf({ rows, places, parts }: OnnxCache, row: number): OnnxCache {
    const one = (part: Float32Array): Float32Array => {
      const size = part.length / rows;
      return part.subarray(row * size, (row + 1) * size);
    };
    return { rows: 1, places, parts: parts.map(one) };
  }

  /** Copies the first places of one row to another. */
  copyPlaces(
    cache: OnnxCache,
    { from, to, count }: { from: number; to: number; count: number },
  ): void {
    const { numKeyValueHeads: heads } = this.config;
    const { size } = headLayout(this.config);
    const head = cache.places * size;
    for (const part of cache.parts) {
      for (let index = 0; index < heads; index++) {
        const source = (from * heads + index) * head;
        part.copyWithin((to * heads + index) * head, source, source + count * size);
      }
    }
  }

  /**
   * Computes tokens behind those in the cache, whose keys and values it adds there. Several tokens of a row at a
   * time only for one row.
   *
   * @param embeddings float32 `[B, T, E]` @param lastPlaces place of each row's last token in the cache
   * @returns scores of the token after the last of each row, float32 `[B, V]`
   */
  async run(
    embeddings: Float32Array,
    {
      cache,
      lastPlaces,
      isLong,
    }: { cache: OnnxCache; lastPlaces: readonly number[]; isLong: boolean },
  ): Promise<Float32Array> {
    const { Tensor } = this.parts.runtime;
    const { hiddenSize, numKeyValueHeads } = this.config;
    const { size } = headLayout(this.config);
    const { rows, places, parts } = cache;
    const { cos, sin } = this.rotary(places, isLong);
    const table = [cos.length / (size / 2), size / 2];
    const feeds: Record<string, InstanceType<OnnxRuntime['Tensor']>> = {
      embeddings: new Tensor('float32', embeddings, [
        rows,
        embeddings.length / rows / hiddenSize,
        hiddenSize,
      ]),
      lastPlaces: new Tensor('int32', Int32Array.from(lastPlaces), [rows]),
      total: new Tensor('int32', Int32Array.of(Math.max(...lastPlaces) + 1), []),
      cos: new Tensor('float32', cos, table),
      sin: new Tensor('float32', sin, table),
    };
    const fetches: Record<string, InstanceType<OnnxRuntime['Tensor']> | null> = { logits: null };
    parts.forEach((part, index) => {
      const name = `${index >> 1}.${index % 2 === 0 ? 'keys' : 'values'}`;
      const tensor = new Tensor('float32', part, [rows, numKeyValueHeads, places, size]);
      feeds[`past.${name}`] = tensor;
      fetches[`present.${name}`] = tensor; // the same memory: onnxruntime writes in place
    });
    const { logits } = await this.parts.session.run(feeds, fetches);
    return logits?.data as Float32Array;
  }

  async dispose(): Promise<void> {
    this.parts.embeddings.close();
    await this.parts.session.release();
  }

  private rotary(positions: number, isLong: boolean): { cos: Float32Array; sin: Float32Array } {
    const known = this.caches;
    if (known !== undefined && known.isLong === isLong && known.positions >= positions)
      return known;
    this.caches = { positions, isLong, ...rotaryCaches(this.config, { positions, isLong }) };
    return this.caches;
  }
}
