import { DigestSet } from '../digest-set';
import type { QuestionRecord } from '@omnict/core';

/** Numbers of records by name. */
export type Counts = Record<string, number>;

/** How records of one kind of image divide. */
interface Distribution {
  records: number;
  taskTypes: Counts;
  categories: Counts;
  organs: Counts;
}

/** What a records file holds: the figures of the paper's Figures 1(a) and 3. */
export interface RecordStatistics extends Distribution {
  /** Different image paths. */
  images: number;
  questionsPerImage: number;
  /** Different patients, of the records that name one. */
  patients: number;
  modality: Counts;
  imaging: Counts;
  sources: Counts;
  splits: Counts;
  /** Slices and volumes apart, as Figure 3 has them. */
  byModality: Record<'slice' | 'volume', Distribution>;
}

/** Counts records as they stream by; images and patients take 16 to 32 bytes each. */
export async function recordStatistics(
  records: AsyncIterable<QuestionRecord> | Iterable<QuestionRecord>,
): Promise<RecordStatistics> {
  const images = new DigestSet();
  const patients = new DigestSet();
  const all = distribution();
  const byModality = { slice: distribution(), volume: distribution() };
  const modality: Counts = {};
  const imaging: Counts = {};
  const sources: Counts = {};
  const splits: Counts = {};
  for await (const record of records) {
    add(all, record);
    add(byModality[record.modality], record);
    increment(modality, record.modality);
    increment(imaging, record.imaging ?? 'not told');
    increment(sources, record.source);
    increment(splits, record.split);
    images.add(record.image);
    if (record.patient !== undefined) patients.add(record.patient);
  }
  return {
    ...all,
    images: images.size,
    questionsPerImage: images.size === 0 ? 0 : all.records / images.size,
    patients: patients.size,
    modality,
    imaging,
    sources,
    splits,
    byModality,
  };
}

function distribution(): Distribution {
  return { records: 0, taskTypes: {}, categories: {}, organs: {} };
}

function add(target: Distribution, { taskType, category, organ }: QuestionRecord): void {
  target.records++;
  increment(target.taskTypes, taskType);
  increment(target.categories, category);
  increment(target.organs, organ);
}

/** Adds one to a count. */
export function increment(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
