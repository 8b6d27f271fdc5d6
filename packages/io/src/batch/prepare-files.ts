import {
  ConfigError,
  fileDigestName,
  MissingDataError,
  withoutFileNames,
  writeFileAtomic,
} from '@omnict/core';
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ContentKey, contentKey } from './content-key';
import {
  findImages,
  type FoundImages,
  type ImageJob,
  imageName,
  imagesOfRecords,
} from './find-images';
import { CONSTANT_WARNING } from '../read-volume';
import type { PreparedImage, PrepareSettings } from './prepare-image';
import { IN_PROCESS, type RequestRunner, WorkerThread } from './worker-pool';

/** What is prepared, one line an image; a later run goes on from it. */
export const PREPARED_INDEX = 'prepared.jsonl';

/** What could not be prepared, and why. */
export const FAILURE_REPORT = 'failures.json';

/** Images that show nothing. */
const CONSTANT_REPORT = 'constant.json';

/** Which digest stands for which image, one line each; for the user alone. */
const FILE_NAMES = 'file-names.jsonl';

/** How results are named: as the images, or by digests of their paths. */
export type ResultNames = 'keep' | 'digest';

/** Where a batch stands. */
export interface BatchProgress {
  done: number;
  total: number;
  failed: number;
  /** Expected rest, seconds; undefined before the first image is done. */
  secondsLeft: number | undefined;
}

/** What a batch does. */
export interface BatchOptions extends PrepareSettings {
  /** Folder of results. */
  out: string;
  /** Threads; 0 works in this one. */
  workers: number;
  /**
   * 'digest': arrays, index and failures name no image, for names of images often are those of
   * patients; `file-names.jsonl` keeps the map. Default: keep.
   */
  names?: ResultNames;
  onProgress?: (progress: BatchProgress) => void;
}

/** An image that could not be prepared. */
export interface BatchFailure {
  image: string;
  code: string;
  message: string;
}

/** What came of a batch. */
export interface BatchResult {
  total: number;
  prepared: number;
  /** Prepared by an earlier run with the same settings. */
  skipped: number;
  failures: BatchFailure[];
  /** Files that look like images and are none, links that lead nowhere: one sentence each. */
  leftOut: string[];
  /** What was assumed or mended, and for how many images; each in the index, too. */
  warnings: { warning: string; images: number }[];
  /** Images without any contrast, of zeros for instance, which show nothing. */
  constant: string[];
}

/** A line of the index. */
interface IndexEntry extends PreparedImage {
  image: string;
  series?: string;
  array: string;
  /** Settings, to tell whether the array is still what would be made now. */
  key: string;
  /** The source's files, by size and times; then by content. */
  stamp: string;
  digest: string;
}

/** An image still to do. */
interface Task {
  job: ImageJob;
  key: string;
  content: ContentKey;
}

/**
 * Prepares all images of a folder tree or a record file (`.jsonl`), or one image, each into its own
 * .npy.
 *
 * Images are spread over worker threads. What an earlier run with the same settings has made is left
 * alone. An image that fails stops no other: all failures end up in `failures.json`.
 *
 * @throws ConfigError or MissingDataError when there is nothing to prepare
 */
export async function prepareFiles(source: string, options: BatchOptions): Promise<BatchResult> {
  const { out, workers, onProgress = () => undefined } = options;
  if (!Number.isInteger(workers) || workers < 0) {
    throw new ConfigError(`prepare: ${workers} workers; expected a whole number; choose another`);
  }
  const found = await jobsOf(source, out);
  await mkdir(out, { recursive: true });
  const isHidden = options.names === 'digest';
  const jobs = isHidden ? found.jobs.map(hidden) : found.jobs;
  const leftOut = isHidden ? found.leftOut.map((text) => withoutFileNames(text)) : found.leftOut;
  if (isHidden) await noteNames(out, found.jobs);
  const known = await readIndex(out);
  const todo: Task[] = [];
  for (const job of jobs) {
    const task = await taskOf(job, options, known.get(job.name));
    if (task !== undefined) todo.push(task);
  }
  const batch = new Batch(todo, options, onProgress);
  const count = Math.min(Math.max(1, workers), todo.length);
  const runners = Array.from({ length: count }, () =>
    workers === 0 ? IN_PROCESS : new WorkerThread(),
  );
  try {
    await Promise.all(runners.map((runner) => batch.work(runner)));
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
  const { failures, prepared, warnings } = batch;
  const constant = await constantImages(out, jobs);
  for (const [file, list] of [
    [FAILURE_REPORT, failures],
    [CONSTANT_REPORT, constant],
  ] as const) {
    await writeFileAtomic(join(out, file), Buffer.from(`${JSON.stringify(list, null, 2)}\n`));
  }
  return {
    total: jobs.length,
    prepared,
    skipped: jobs.length - todo.length,
    failures,
    leftOut,
    warnings,
    constant,
  };
}

/** Images of the jobs, also of those that an earlier run prepared, that show nothing. */
async function constantImages(out: string, jobs: readonly ImageJob[]): Promise<string[]> {
  const index = await readIndex(out);
  return jobs.flatMap(({ name }) => {
    const entry = index.get(name);
    return entry?.warnings.includes(CONSTANT_WARNING) === true ? [entry.image] : [];
  });
}

async function jobsOf(source: string, out: string): Promise<FoundImages> {
  const stats = await stat(source).catch(() => undefined);
  if (stats === undefined) {
    throw new MissingDataError(
      `${source}: not found; expected an image, a folder tree or a record file; check the path`,
    );
  }
  if (stats.isDirectory()) return findImages(source, out);
  const jobs = source.toLowerCase().endsWith('.jsonl')
    ? await imagesOfRecords(source)
    : [{ path: source, name: imageName(basename(source)) }];
  return { jobs, leftOut: [] };
}

/** An image whose result is named by a digest. */
function hidden(job: ImageJob): ImageJob {
  return { ...job, name: fileDigestName(`${job.path}\n${job.series ?? ''}`) };
}

async function noteNames(out: string, jobs: readonly ImageJob[]): Promise<void> {
  const lines = jobs.map((job) => {
    const { path, series } = job;
    return `${JSON.stringify({ name: hidden(job).name, path, series })}\n`;
  });
  await writeFileAtomic(join(out, FILE_NAMES), Buffer.from(lines.join('')), { mode: 0o600 });
}

/** The images still to do, handed to whichever thread is free. */
class Batch {
  readonly failures: BatchFailure[] = [];
  prepared = 0;
  readonly #warnings = new Map<string, number>();
  #next = 0;
  readonly #started = performance.now();

  constructor(
    private readonly todo: readonly Task[],
    private readonly options: BatchOptions,
    private readonly onProgress: (progress: BatchProgress) => void,
  ) {}

  get warnings(): BatchResult['warnings'] {
    return [...this.#warnings].map(([warning, images]) => ({ warning, images }));
  }

  async work(runner: RequestRunner): Promise<void> {
    for (;;) {
      const next = this.todo[this.#next++];
      if (next === undefined) return;
      await this.#prepare(next, runner);
      this.#report();
    }
  }

  async #prepare({ job, key, content }: Task, runner: RequestRunner): Promise<void> {
    const { window, size, antialias, float16, read, out } = this.options;
    const { path, series, values, name } = job;
    const array = `${name}.npy`;
    const settings = { window, size, antialias, float16, read };
    await mkdir(dirname(join(out, array)), { recursive: true });
    const digest = await content.digest();
    const reply = await runner.run({ path, series, values, out: join(out, array), settings });
    const isHidden = this.options.names === 'digest';
    const image = isHidden ? name : path;
    if ('failure' in reply) {
      const { code, message } = reply.failure;
      const shown = isHidden ? withoutFileNames(message.replaceAll(path, name)) : message;
      this.failures.push({ image, code, message: shown });
      return;
    }
    this.prepared++;
    for (const warning of reply.prepared.warnings) {
      this.#warnings.set(warning, 1 + (this.#warnings.get(warning) ?? 0));
    }
    const entry: IndexEntry = {
      image,
      series: isHidden ? undefined : series,
      array,
      ...reply.prepared,
      key,
      stamp: content.stamp,
      digest,
    };
    await appendFile(join(out, PREPARED_INDEX), `${JSON.stringify(entry)}\n`);
  }

  #report(): void {
    const total = this.todo.length;
    const done = this.prepared + this.failures.length;
    const seconds = (performance.now() - this.#started) / 1000;
    const secondsLeft = done === 0 ? undefined : (seconds / done) * (total - done);
    this.onProgress({ done, total, failed: this.failures.length, secondsLeft });
  }
}

/** What there is to do for an image; undefined when an earlier run has done it. */
async function taskOf(
  job: ImageJob,
  options: BatchOptions,
  known: IndexEntry | undefined,
): Promise<Task | undefined> {
  const key = keyOf(job, options);
  const content = await contentKey(job.path);
  const isThere = known?.key === key && (await exists(join(options.out, `${job.name}.npy`)));
  const isSame =
    isThere && (known.stamp === content.stamp || known.digest === (await content.digest()));
  return isSame ? undefined : { job, key, content };
}

/** Changes when settings do. */
function keyOf({ path, series, values }: ImageJob, options: BatchOptions): string {
  const { window, size, antialias = false, float16 = false, read = {} } = options;
  const { ctRate, ...policies } = read;
  const row = ctRate?.get(basename(path)) ?? (ctRate === undefined ? null : 'none');
  const own = values === undefined ? [] : [values];
  return JSON.stringify([
    [window, size, antialias, float16, policies, row, series ?? null, ...own],
  ]);
}

/** Entries by name; a line that broke off when a run was killed is left out. */
async function readIndex(out: string): Promise<Map<string, IndexEntry>> {
  const text = await readFile(join(out, PREPARED_INDEX), 'utf8').catch(() => '');
  const known = new Map<string, IndexEntry>();
  for (const line of text.split('\n')) {
    try {
      const entry = JSON.parse(line) as IndexEntry;
      known.set(entry.array.replace(/\.npy$/, ''), entry);
    } catch {
      continue;
    }
  }
  return known;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
