import { type Modality, Random } from '@omnict/core';

/** Indices of the samples of one batch. */
export type BatchIndices = readonly number[];

/** What decides the order of an epoch. */
export interface EpochOptions {
  seed: number;
  epoch: number;
  /** Share of slices in each batch; default: as in the data. */
  slicesPerBatch?: number | undefined;
  /** Length of each sample's sequence: batches then hold samples of similar length. */
  lengths?: readonly number[] | undefined;
  /** Slices and volumes of each batch; default: by `batchSize` and `slicesPerBatch`. */
  perBatch?: readonly [slices: number, volumes: number] | undefined;
}

/** Batches whose samples are sorted by length together: more pads less, fewer mixes better. */
const BATCHES_PER_WINDOW = 16;

/**
 * Order of the batches of one epoch: every batch holds slices and volumes in one ratio, so that all
 * batches have one shape and both experts learn in every step.
 *
 * A last batch that is not full is filled up with samples from the start of the epoch's order, and so
 * is the kind that runs out first.
 *
 * Seed and epoch decide the order: a resumed run continues the same one.
 *
 * @param modalities of the samples @param batchSize samples per optimizer step
 */
export function epochBatches(
  modalities: readonly Modality[],
  batchSize: number,
  { seed, epoch, slicesPerBatch, lengths, perBatch }: EpochOptions,
): BatchIndices[] {
  const random = new Random(`batch-order/${seed}/${epoch}`);
  const order = (modality: Modality): number[] =>
    random.shuffle(modalities.flatMap((value, index) => (value === modality ? [index] : [])));
  const slices = order('slice');
  const volumes = order('volume');
  const [sliceShare, volumeShare] =
    perBatch ?? sharePerBatch([slices.length, volumes.length], batchSize, slicesPerBatch);
  if (lengths !== undefined) {
    sortWithinWindows(slices, sliceShare * BATCHES_PER_WINDOW, lengths);
    sortWithinWindows(volumes, volumeShare * BATCHES_PER_WINDOW, lengths);
  }
  const count = Math.max(
    sliceShare === 0 ? 0 : Math.ceil(slices.length / sliceShare),
    volumeShare === 0 ? 0 : Math.ceil(volumes.length / volumeShare),
  );
  const take = (indices: readonly number[], share: number, batch: number): number[] =>
    Array.from(
      { length: share },
      (_, i) => indices[(batch * share + i) % indices.length] as number,
    );
  const batches = Array.from({ length: count }, (_, batch) => [
    ...take(slices, sliceShare, batch),
    ...take(volumes, volumeShare, batch),
  ]);
  return lengths === undefined ? batches : random.shuffle(batches);
}

/**
 * The samples that a training uses: a share of each kind, drawn by the seed. A larger share holds all
 * of a smaller one.
 *
 * @returns their indices, in order
 */
export function chooseSamples(
  modalities: readonly Modality[],
  shares: { slices?: number | undefined; volumes?: number | undefined },
  seed: number,
): number[] {
  const random = new Random(`sampling/${seed}`);
  const chosen = (modality: Modality, share: number): number[] => {
    const own = modalities.flatMap((value, index) => (value === modality ? [index] : []));
    return random.shuffle(own).slice(0, Math.round(share * own.length));
  };
  const slices = chosen('slice', shares.slices ?? 1);
  const volumes = chosen('volume', shares.volumes ?? 1);
  return [...slices, ...volumes].sort((a, b) => a - b);
}

/** Slices and volumes per batch: as their share of the data or as asked for, at least one of each kind. */
export function sharePerBatch(
  [slices, volumes]: readonly [number, number],
  batchSize: number,
  wanted: number | undefined,
): [slices: number, volumes: number] {
  if (slices === 0) return [0, batchSize];
  if (volumes === 0) return [batchSize, 0];
  const share = Math.round(batchSize * (wanted ?? slices / (slices + volumes)));
  const ofSlices = Math.max(1, Math.min(batchSize - 1, share));
  return [ofSlices, Math.max(1, batchSize - ofSlices)];
}

function sortWithinWindows(indices: number[], window: number, lengths: readonly number[]): void {
  if (window === 0) return;
  const lengthOf = (index: number): number => lengths[index] ?? 0;
  for (let begin = 0; begin < indices.length; begin += window) {
    const part = indices.slice(begin, begin + window);
    part.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
    indices.splice(begin, part.length, ...part);
  }
}
