import type { Modality } from '@omnict/core';
import type { StoredFloats } from '@omnict/nn';
import type { OrganPlan } from './organ-plan';
import type { PromptSequence } from './prompt';

/** Features of an image: at hand, or read when a batch needs them. */
export type FeatureSource = StoredFloats | (() => Promise<StoredFloats>);

/** Everything the model needs of one sample. */
export interface ModelSample {
  modality: Modality;
  sequence: PromptSequence;
  /** `[Ns * H' * W' * dv]`, absent for the no-image baseline */
  features: FeatureSource | undefined;
  plan: OrganPlan | undefined;
}

/** A batch as plain arrays; slices come first. */
export interface ModelBatch {
  samples: readonly ModelSample[];
  sliceCount: number;
  /** Padded sequence length T. */
  length: number;
  /** `[B, T]` */
  inputIds: Int32Array;
  /** `[B, T]`: 0 for text, else 1 + row in the batch's table of visual tokens */
  visualIndex: Int32Array;
  /** `[B, T]` */
  attentionMask: Int32Array;
  /** `[B, T]` */
  positions: Int32Array;
  /** `[M]`: places `b * T + t` whose hidden state predicts an answer token */
  answerPlaces: Int32Array;
  /** `[M]`: the token predicted there */
  answerIds: Int32Array;
  /** `[M]`: 1, or 0 for padding */
  answerWeights: Float32Array;
}

/** How a batch is padded. */
export interface CollateOptions {
  /** `left` for generation: all prompts end together. */
  side: 'left' | 'right';
  /** Lengths are rounded up to a multiple, so that few shapes occur. */
  lengthMultiple: number;
  /** Visual tokens of one slice and one volume, L + Lc. */
  visualTokens: Readonly<Record<Modality, number>>;
}

/** Pads samples to one batch. Answer places are listed in sample order. */
export function collate(unsorted: readonly ModelSample[], options: CollateOptions): ModelBatch {
  const slices = unsorted.filter(({ modality }) => modality === 'slice');
  const samples = [...slices, ...unsorted.filter(({ modality }) => modality === 'volume')];
  const longest = Math.max(...samples.map(({ sequence }) => sequence.ids.length));
  const length = roundUp(longest, options.lengthMultiple);
  const size = samples.length * length;
  const batch: ModelBatch = {
    samples,
    sliceCount: slices.length,
    length,
    inputIds: new Int32Array(size),
    visualIndex: new Int32Array(size),
    attentionMask: new Int32Array(size),
    positions: new Int32Array(size),
    ...answers(samples, length, options.side),
  };
  let tableRow = 0;
  samples.forEach(({ sequence, modality, plan }, row) => {
    const { ids, visual } = sequence;
    const globalTokens = options.visualTokens[modality] - (plan?.tokenCount ?? 0);
    const begin = row * length + (options.side === 'left' ? length - ids.length : 0);
    let position = 0;
    ids.forEach((id, i) => {
      const index = visual[i] as number;
      const isAbsentOrgan = index > globalTokens && plan?.valid[index - 1 - globalTokens] === 0;
      batch.inputIds[begin + i] = id;
      batch.visualIndex[begin + i] = index === 0 ? 0 : tableRow + index;
      batch.attentionMask[begin + i] = isAbsentOrgan ? 0 : 1;
      batch.positions[begin + i] = position;
      if (!isAbsentOrgan) position++;
    });
    tableRow += options.visualTokens[modality];
  });
  return batch;
}

/** Aggregation matrices, stacked. @returns `[count * Lc * L]` */
export function stackPlans(samples: readonly ModelSample[], perSample: number): Float32Array {
  const stacked = new Float32Array(samples.length * perSample);
  samples.forEach(({ plan }, row) => {
    if (plan !== undefined) stacked.set(plan.weights, row * perSample);
  });
  return stacked;
}

/** Places and ids of answer tokens, their number rounded up so that few shapes occur. */
function answers(
  samples: readonly ModelSample[],
  length: number,
  side: 'left' | 'right',
): Pick<ModelBatch, 'answerPlaces' | 'answerIds' | 'answerWeights'> {
  const places: number[] = [];
  const ids: number[] = [];
  samples.forEach(({ sequence }, row) => {
    const begin = row * length + (side === 'left' ? length - sequence.ids.length : 0);
    for (let i = sequence.answerStart; i < sequence.ids.length; i++) {
      places.push(begin + i - 1); // the token before predicts it
      ids.push(sequence.ids[i] as number);
    }
  });
  const count = roundUp(Math.max(places.length, 1), 64);
  const answerWeights = new Float32Array(count).fill(1, 0, places.length);
  const answerPlaces = new Int32Array(count);
  const answerIds = new Int32Array(count);
  answerPlaces.set(places);
  answerIds.set(ids);
  return { answerPlaces, answerIds, answerWeights };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
