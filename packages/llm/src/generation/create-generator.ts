import { UnsupportedError } from '@omnict/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CausalDecoder } from '../decoder/causal-decoder';
import { decoderWeights } from '../onnx/decoder-weights';
import { openOnnxGenerator } from '../onnx/onnx-generator';
import { quantizedFolder } from '../onnx/quantize-language-model';
import { writeOnnxDecoder } from '../onnx/write-onnx-decoder';
import type { GenerationOptions, PromptBatch } from './decoding-loop';
import { TextGenerator } from './text-generator';

/** Precisions in which answers can be generated; int8 and int4 need the package onnxruntime-node. */
export const ANSWER_PRECISIONS = ['f32', 'bf16', 'int8', 'int4'] as const;

/** In which the matrices of a language model are multiplied when it answers. */
export type AnswerPrecision = (typeof ANSWER_PRECISIONS)[number];

/** Generates answers; frees what it keeps when disposed of. */
export interface AnswerGenerator {
  /** Token ids of each answer, stop ids left out. */
  generate(prompts: PromptBatch, options: GenerationOptions): Promise<number[][]>;
  dispose(): void;
}

/** What a generator is made for. */
export interface GeneratorOptions {
  /** Default f32. */
  precision?: AnswerPrecision | undefined;
  /** The language model's own folder, where its quantised form may lie. */
  folder?: string;
}

/**
 * Makes a generator of a precision.
 *
 * int8 and int4 run in onnxruntime on the processor. Their matrices come from `omnict models quantize` where it
 * was run after the model was written; else they are made from the loaded model, each time.
 *
 * @throws MissingDataError without onnxruntime-node; UnsupportedError for a model with adapters
 */
export async function createGenerator(
  model: CausalDecoder,
  { precision = 'f32', folder }: GeneratorOptions = {},
): Promise<AnswerGenerator> {
  if (precision === 'f32' || precision === 'bf16') return new TextGenerator(model, { precision });
  const kept = folder === undefined ? undefined : await quantizedFolder(folder, precision);
  if (kept !== undefined) return openOnnxGenerator(kept);
  if ([...model.namedParameters().keys()].some((name) => name.includes('.lora.'))) {
    throw new UnsupportedError(
      `createGenerator: the model has adapters, which precision ${precision} does not know; merge them with mergeLora`,
    );
  }
  const made = await mkdtemp(join(tmpdir(), 'omnict-quantized-'));
  try {
    await writeOnnxDecoder(decoderWeights(model), made, { weights: precision });
    return await openOnnxGenerator(made);
  } finally {
    // What was mapped stays until it is given up; a system that refuses to delete it clears its own folder.
    await rm(made, { recursive: true, force: true }).catch(() => undefined);
  }
}
