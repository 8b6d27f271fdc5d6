import { type Modality, Random, splitEvenly } from '@omnict/core';
import { type BatchIndices, sharePerBatch } from './batch-order';

/** Which samples are questions about one image. */
export interface SampleImages {
  /** Name of each sample's image. */
  names: readonly string[];
  /** Questions of one image that go into a batch together, at most, of each kind. */
  questionsPerImage: Readonly<Record<Modality, number>>;
}

/** Samples about one image that stay together, and their kind. */
export interface ImageGroup {
  modality: Modality;
  indices: BatchIndices;
}

/**
 * Groups samples by image, images in order of first use; an image with more questions than go together
 * is in several groups, other ones in each epoch.
 *
 * @param samples their indices
 */
export function groupByImage(
  samples: readonly number[],
  { modalities, images }: { modalities: readonly Modality[]; images: SampleImages },
  { seed, epoch }: { seed: number; epoch: number },
): ImageGroup[] {
  const random = new Random(`image-groups/${seed}/${epoch}`);
  const known = new Map<string, ImageGroup & { indices: number[] }>();
  for (const index of samples) {
    const modality = modalities[index] as Modality;
    const key = `${modality}\n${images.names[index]}`;
    const group = known.get(key);
    if (group === undefined) known.set(key, { modality, indices: [index] });
    else group.indices.push(index);
  }
  return [...known.values()].flatMap(({ modality, indices }) =>
    splitEvenly(random.shuffle([...indices]), images.questionsPerImage[modality]).map((part) => ({
      modality,
      indices: part,
    })),
  );
}

/**
 * Images of each kind per batch, so that their questions come nearest to the number asked for.
 *
 * @param batchSize questions per batch @param slicesPerBatch share of questions about slices
 */
export function imagesPerBatch(
  groups: readonly ImageGroup[],
  batchSize: number,
  slicesPerBatch: number | undefined,
): [slices: number, volumes: number] {
  const ofKind = (modality: Modality): ImageGroup[] =>
    groups.filter((group) => group.modality === modality);
  const kinds = [ofKind('slice'), ofKind('volume')] as const;
  const questions = kinds.map((own) => own.reduce((sum, { indices }) => sum + indices.length, 0));
  const shares = sharePerBatch(questions as [number, number], batchSize, slicesPerBatch);
  const images = (kind: 0 | 1): number => {
    if (shares[kind] === 0) return 0;
    const perImage = (questions[kind] as number) / kinds[kind].length;
    return Math.max(1, Math.round(shares[kind] / perImage));
  };
  return [images(0), images(1)];
}
