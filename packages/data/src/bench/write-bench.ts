import { type QuestionRecord, writeFileAtomic } from '@omnict/core';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readRecords, writeRecords } from '../records-file';
import { type BenchOptions, blindTraining, buildBench } from './build-bench';
import { benchDatasheet, type Datasheet, renderDatasheet, sha256OfFiles } from './datasheet';

/** A benchmark to be written. */
export interface WriteBenchOptions extends BenchOptions {
  /** Records files to choose from. */
  records: readonly string[];
  /** Split to choose from; `any` for all. Default test. */
  split?: QuestionRecord['split'] | 'any';
  /** Folder for bench.jsonl, datasheet.json and datasheet.md. */
  out: string;
  /** Read the images for their hash. Default true. */
  hashImages?: boolean;
}

/**
 * Builds a benchmark from records files and writes it with its datasheet.
 *
 * @throws MissingDataError when files or images cannot be read or nothing can be asked; FormatError
 *   for records that are not valid; ConfigError for options that do not fit
 */
export async function writeBench(options: WriteBenchOptions): Promise<Datasheet> {
  const { records: paths, split = 'test', out, hashImages = true, ...rest } = options;
  const [chosen, others]: [QuestionRecord[], QuestionRecord[]] = [[], []];
  for (const path of paths) {
    for await (const record of readRecords(path)) {
      const list = split === 'any' || record.split === split ? chosen : others;
      list.push(moved(record, dirname(path), out));
    }
  }
  const bench = buildBench(chosen, rest);
  await mkdir(out, { recursive: true });
  const file = join(out, 'bench.jsonl');
  await writeRecords(file, bench.records);
  const inputs: Record<string, string> = {};
  for (const path of paths) inputs[basename(path)] = await sha256OfFiles([path]);
  const images = [...new Set(bench.records.map(({ image }) => resolve(out, image)))];
  const sheet = await benchDatasheet(bench, {
    options: rest,
    training: blindTraining(others, rest),
    files: {
      inputs,
      sha256: await sha256OfFiles([file]),
      imagesSha256: hashImages ? await sha256OfFiles(images) : null,
    },
  });
  await writeFileAtomic(
    join(out, 'datasheet.json'),
    Buffer.from(`${JSON.stringify(sheet, null, 2)}\n`),
  );
  await writeFileAtomic(join(out, 'datasheet.md'), Buffer.from(renderDatasheet(sheet)));
  return sheet;
}

/** The record with paths relative to another folder. */
function moved(record: QuestionRecord, from: string, to: string): QuestionRecord {
  const move = (path: string): string => relative(to, resolve(from, path)).split('\\').join('/');
  const { image, mask } = record;
  return { ...record, image: move(image), ...(mask === undefined ? {} : { mask: move(mask) }) };
}
