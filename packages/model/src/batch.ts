import type { StoredFloats } from '@omnict/nn';
import type { Modality } from '@omnict/core';
import { writeSparseRows } from '@omnict/ose';
import { type BatchPart, buildPart, type PartRow } from './batch-part';
import { type BatchShape, fitting, type PartShape } from './batch-shapes';
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
  /** Names the image: samples of one name have equal features. Default: an image of its own. */
  image?: string | undefined;
}

/** What a sample takes of a batch. */
export interface SampleSize {
  modality: Modality;
  /** Tokens of the sequence. */
  length: number;
  /** Tokens at its beginning that depend on the image alone. */
  prefixLength: number;
  /** Tokens to be learnt. */
  answerLength: number;
}

/** Measures a sample. */
export function sampleSize({
  modality,
  sequence: { ids, prefixLength, answers },
}: Pick<ModelSample, 'modality' | 'sequence'>): SampleSize {
  return { modality, length: ids.length, prefixLength, answerLength: answers.length };
}

/** Questions about one image, at least one. Features are taken from the first. */
export type ImageQuestions = readonly ModelSample[];

/** A batch as plain arrays; slices come first. */
export interface ModelBatch {
  images: readonly ImageQuestions[];
  /** How many of the images are slices. */
  sliceCount: number;
  /** n: places for questions of each image; those left are filled up with its first one. */
  questionsPerImage: Readonly<Record<Modality, number>>;
  /** Whole sequences of both kinds, or of each kind image prefixes and what follows them. */
  parts: readonly BatchPart[];
  /** `[M]`: the token predicted at each of the parts' answer places */
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
  /** Shapes to pad to, the first that fits; by default what {@link neededShape} says. */
  shapes?: readonly BatchShape[] | undefined;
}

/** Answers are rounded up to a multiple of so many tokens, so that few shapes occur. */
const ANSWER_MULTIPLE = 4;

/** Pads samples to one batch of whole sequences. Answer places are listed in sample order. */
export function collate(unsorted: readonly ModelSample[], options: CollateOptions): ModelBatch {
  const images = sortByModality(unsorted.map((sample) => [sample]));
  const questionsPerImage = { slice: 1, volume: 1 };
  const rows = rowsOf(images, { questionsPerImage, visualTokens: options.visualTokens });
  const { side, lengthMultiple, shapes = [] } = options;
  const needed = neededShape(images.flat().map(sampleSize), { lengthMultiple, cut: false });
  const shape = (fitting(shapes, needed) ?? needed)[''] as PartShape;
  return batchOf(images, questionsPerImage, [buildPart('', rows, { ...shape, side, cut: 0 })]);
}

/**
 * Pads questions to one batch in which each image's part of the sequences is there once: a prefix for
 * all of its questions. Equal to {@link collate} of all questions but for the work that it takes.
 *
 * @param options n is the number of places for questions of each image; the most when not given
 */
export function collateByImage(
  unsorted: readonly ImageQuestions[],
  options: CollateOptions & { questionsPerImage?: Readonly<Record<Modality, number>> | undefined },
): ModelBatch {
  const images = sortByModality(unsorted);
  const most = (modality: Modality): number =>
    Math.max(1, ...ofKind(images, modality).map(({ length }) => length));
  const { questionsPerImage = { slice: most('slice'), volume: most('volume') } } = options;
  const rows = rowsOf(images, { questionsPerImage, visualTokens: options.visualTokens });
  const { side, lengthMultiple, shapes = [] } = options;
  const needed = neededShape(images.flat().map(sampleSize), { lengthMultiple, cut: true });
  const shape = fitting(shapes, needed) ?? needed;
  const parts = (['slice', 'volume'] as const).flatMap((modality) => {
    const own = rows.filter(({ sample }) => sample.modality === modality);
    const cut = own[0]?.sample.sequence.prefixLength;
    if (cut === undefined) return [];
    const each = questionsPerImage[modality];
    return [buildPart(modality, own, { ...(shape[modality] as PartShape), side, cut, each })];
  });
  return batchOf(images, questionsPerImage, parts);
}

/**
 * Padded lengths that a batch needs at least; with `cut` those of what follows the images, each kind in
 * a part of its own.
 */
export function neededShape(
  samples: readonly SampleSize[],
  { lengthMultiple, cut }: { lengthMultiple: number; cut: boolean },
): BatchShape {
  const shape: Record<string, PartShape> = {};
  for (const sample of samples) {
    const name = cut ? sample.modality : '';
    const known = shape[name] ?? { length: 0, answerLength: 0 };
    const length = roundUp(sample.length - (cut ? sample.prefixLength : 0), lengthMultiple);
    const answerLength = roundUp(Math.max(1, sample.answerLength), ANSWER_MULTIPLE);
    shape[name] = {
      length: Math.max(known.length, length),
      answerLength: Math.max(known.answerLength, answerLength),
    };
  }
  return shape;
}

/** Questions of each image, images in order of first use; a sample without a name stays alone. */
export function byImage(samples: readonly ModelSample[]): ImageQuestions[] {
  const images = new Map<string | ModelSample, ModelSample[]>();
  for (const sample of samples) {
    const key = sample.image === undefined ? sample : `${sample.modality}\n${sample.image}`;
    const known = images.get(key);
    if (known === undefined) images.set(key, [sample]);
    else known.push(sample);
  }
  return [...images.values()];
}

/** Aggregation matrices of all questions of the images, stacked. @returns `[I * n * Lc * L]` */
export function stackPlans(
  images: readonly ImageQuestions[],
  { perSample, each }: { perSample: number; each: number },
): Float32Array {
  const stacked = new Float32Array(images.length * each * perSample);
  images.forEach((questions, image) => {
    for (let slot = 0; slot < each; slot++) {
      const plan = (questions[slot] ?? questions[0])?.plan;
      if (plan === undefined || plan.tokenCount === 0) continue;
      const at = (image * each + slot) * perSample;
      writeSparseRows(plan.weights, stacked, { at, width: perSample / plan.tokenCount });
    }
  });
  return stacked;
}

/** Images of one kind. */
export function ofKind(images: readonly ImageQuestions[], modality: Modality): ImageQuestions[] {
  return images.filter(([first]) => first?.modality === modality);
}

function sortByModality(images: readonly ImageQuestions[]): ImageQuestions[] {
  return [...ofKind(images, 'slice'), ...ofKind(images, 'volume')];
}

/** One row for every place for a question, and where its visual tokens lie in the batch's table. */
function rowsOf(
  images: readonly ImageQuestions[],
  {
    questionsPerImage,
    visualTokens,
  }: Pick<ModelBatch, 'questionsPerImage'> & Pick<CollateOptions, 'visualTokens'>,
): PartRow[] {
  let tableRow = 0;
  return images.flatMap((questions) => {
    const { modality, plan } = questions[0] as ModelSample;
    const organTokens = plan?.tokenCount ?? 0;
    const globalTokens = visualTokens[modality] - organTokens;
    const each = questionsPerImage[modality];
    const begin = tableRow;
    tableRow += globalTokens + each * organTokens;
    return Array.from({ length: each }, (_, slot): PartRow => {
      const sample = questions[slot] ?? (questions[0] as ModelSample);
      const firstOrgan = begin + slot * organTokens;
      return {
        sample,
        globalTokens,
        firstGlobal: begin,
        firstOrgan,
        counts: slot < questions.length,
      };
    });
  });
}

function batchOf(
  images: readonly ImageQuestions[],
  questionsPerImage: ModelBatch['questionsPerImage'],
  built: readonly ReturnType<typeof buildPart>[],
): ModelBatch {
  return {
    images,
    sliceCount: ofKind(images, 'slice').length,
    questionsPerImage,
    parts: built.map(({ part }) => part),
    answerIds: Int32Array.from(built.flatMap(({ answerIds }) => answerIds)),
    answerWeights: Float32Array.from(built.flatMap(({ answerWeights }) => answerWeights)),
  };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
