import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { QuestionRecord } from '@omnict/core';
import { SOURCES } from '../sources/sources';
import { type Counts, increment, recordStatistics } from '../statistics/record-statistics';
import { answerLeak, type AnswerLeak } from './answer-leak';
import type { Bench, BenchOptions } from './build-bench';

/** What a benchmark is made of and how far it can be trusted. */
export interface Datasheet {
  schema: 'omnict/bench-datasheet@1';
  options: BenchOptions;
  /** SHA-256 of the records files it was built from, and of the benchmark's file. */
  inputs: Record<string, string>;
  sha256: string;
  /** SHA-256 over the images, in order of first use; null when they were not read. */
  imagesSha256: string | null;
  records: number;
  images: number;
  patients: number;
  modalities: Record<'slice' | 'volume', ModalitySheet>;
  sources: { source: string; records: number; licence: string; origin: string }[];
  excluded: Counts;
}

/** Figures of slices or volumes. */
interface ModalitySheet {
  records: number;
  categories: Counts;
  organs: Counts;
  /** How often the right option stands at A, B, C, ... */
  places: number[];
  /** Questions whose options a curation made. */
  curated: number;
  belowFloor: string[];
  leak: AnswerLeak;
}

/** What a datasheet needs beside the benchmark. */
export interface DatasheetContext {
  options: BenchOptions;
  /** Hashes of inputs, file and images. */
  files: Pick<Datasheet, 'inputs' | 'sha256' | 'imagesSha256'>;
  /** Questions the blind model is trained on; none: it is cross-validated. */
  training: readonly QuestionRecord[];
}

/** Questions from which on the blind model is trained rather than cross-validated. */
const LEAST_TRAINING = 50;

/** Collects a benchmark's datasheet. */
export async function benchDatasheet(
  bench: Bench,
  { options, files, training }: DatasheetContext,
): Promise<Datasheet> {
  const statistics = await recordStatistics(bench.records);
  const sheet = (modality: 'slice' | 'volume'): ModalitySheet => {
    const own = bench.records.filter((record) => record.modality === modality);
    const { records, categories, organs } = statistics.byModality[modality];
    const places: number[] = [];
    for (const { options: choices = [], answer } of own) {
      while (places.length < choices.length) places.push(0);
      const place = choices.indexOf(answer);
      places[place] = (places[place] as number) + 1;
    }
    const known = training.filter((record) => record.modality === modality);
    const leak = answerLeak(own, {
      seed: options.seed,
      ...(known.length < LEAST_TRAINING ? {} : { train: known }),
    });
    return {
      records,
      categories,
      organs,
      places,
      curated: bench.curated[modality],
      belowFloor: bench.belowFloor[modality],
      leak,
    };
  };
  return {
    schema: 'omnict/bench-datasheet@1',
    options,
    ...files,
    records: statistics.records,
    images: statistics.images,
    patients: statistics.patients,
    modalities: { slice: sheet('slice'), volume: sheet('volume') },
    sources: sourcesOf(bench.records),
    excluded: bench.excluded,
  };
}

function sourcesOf(records: readonly QuestionRecord[]): Datasheet['sources'] {
  const counts: Counts = {};
  for (const { source } of records) increment(counts, source);
  return Object.entries(counts).map(([source, count]) => {
    const known = SOURCES.find(({ name }) => name === source);
    const licence = known?.licence ?? (source.startsWith('phantom') ? 'generated here' : 'unknown');
    return { source, records: count, licence, origin: known?.origin ?? source };
  });
}

/** SHA-256 of one file, or over several, streamed. @returns hexadecimal digits */
export async function sha256OfFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** The datasheet as Markdown. */
export function renderDatasheet(sheet: Datasheet): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const list = (counts: Counts): string =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  const modality = (name: 'slice' | 'volume'): string[] => {
    const { records, categories, organs, places, curated, belowFloor, leak } =
      sheet.modalities[name];
    if (records === 0) return [`## ${name}s`, '', 'None.', ''];
    return [
      `## ${name}s: ${records} questions, ${sheet.options.choices?.[name] ?? places.length} options`,
      '',
      `- categories: ${list(categories)}`,
      `- organs: ${list(organs)}`,
      `- options made by a curation and kept: ${curated}`,
      `- organs below the floor: ${belowFloor.join(', ') || 'none'}`,
      `- right option at ${places.map((count, i) => `${String.fromCharCode(65 + i)} ${count}`).join(', ')}`,
      `- blind text-only model${leak.trainedOn === null ? ' (cross-validated)' : ` (trained on ${leak.trainedOn} other questions)`}: ${percent(leak.accuracy)} [${percent(leak.interval[0])}, ${percent(leak.interval[1])}], chance ${percent(leak.chance)}${leak.leaks ? ': the text gives answers away' : ''}`,
      `- longest option: ${percent(leak.longest)}; most frequent place: ${percent(leak.place)}`,
      '',
    ];
  };
  return [
    '# Datasheet of a benchmark',
    '',
    `${sheet.records} questions on ${sheet.images} images of ${sheet.patients} named patients; seed ${sheet.options.seed}. For research, not for patient care.`,
    '',
    ...modality('slice'),
    ...modality('volume'),
    '## Sources',
    '',
    '| source | questions | licence | images from |',
    '| --- | --- | --- | --- |',
    ...sheet.sources.map(
      (row) => `| ${row.source} | ${row.records} | ${row.licence} | ${row.origin} |`,
    ),
    '',
    '## Left out',
    '',
    list(sheet.excluded),
    '',
    '## Hashes (SHA-256)',
    '',
    `- benchmark: ${sheet.sha256}`,
    `- images: ${sheet.imagesSha256 ?? 'not read'}`,
    ...Object.entries(sheet.inputs).map(([name, hash]) => `- ${name}: ${hash}`),
    '',
  ].join('\n');
}
