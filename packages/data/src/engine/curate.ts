import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import {
  BudgetError,
  callJournal,
  ChatClient,
  type ChatClientOptions,
  ChatError,
} from '@omnict/chat';
import { writeFileAtomic } from '@omnict/core';
import type { Static, TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readAudit } from './audit/audit-file';
import { CURATION_FILES, stageFiles } from './curation-files';
import {
  callsReport,
  type CallsReport,
  type Distribution,
  distributionOf,
  stageReport,
  type StageReport,
} from './curation-report';
import { STAGE_NAMES, type StageName } from './decision';
import { lockFolder } from './folder-lock';
import { ImageLibrary } from './image/image-library';
import { type Intake, takeIn } from './intake';
import { taskMapper } from './map/task-mapper';
import {
  type MapOptions,
  MapOptionsSchema,
  type RefineOptions,
  RefineOptionsSchema,
  type SelectOptions,
  SelectOptionsSchema,
  type VerifyOptions,
  VerifyOptionsSchema,
} from './options';
import { semanticRefiner } from './refine/semantic-refiner';
import { corpusSelector } from './select/corpus-selector';
import { runStage, type Stage } from './stage';
import { integrityVerifier } from './verify/integrity-verifier';

/** How to reach a model; files and callbacks are the curation's own. */
export type CurationServer = Omit<ChatClientOptions, 'cacheFolder' | 'onCall' | 'signal'>;

/** What to curate and how. */
export interface CurationOptions {
  /** Records file (JSON Lines). */
  records: string;
  /** Folder of the result; a curation begun there goes on. */
  out: string;
  /** Default: all. */
  stages?: readonly StageName[] | undefined;
  /** For drawing and shuffling; default 0. */
  seed?: number | undefined;
  select?: Partial<SelectOptions> | undefined;
  verify?: Partial<VerifyOptions> | undefined;
  map?: Partial<MapOptions> | undefined;
  refine?: Partial<RefineOptions> | undefined;
  /** Model that looks at images, for the selector and the verifier; rules alone without. */
  vision?: CurationServer | undefined;
  /** Model for the mapper and the refiner; rules alone without. */
  text?: CurationServer | undefined;
  /** Stop at the first row that is no record. */
  strict?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Told before a stage and after each decision. */
  onProgress?: ((progress: CurationProgress) => void) | undefined;
}

/** How far a curation is. */
export interface CurationProgress {
  stage: StageName;
  /** Records decided about in this run of the stage. */
  done: number;
}

/** Result of a curation. */
export interface CurationReport {
  /** False when it stopped before the end; the same call goes on. */
  complete: boolean;
  /** Why it stopped. */
  stopped?: { reason: 'budget' | 'server' | 'interrupted'; message: string };
  folder: string;
  /** File of the result. */
  records: string;
  input: Intake;
  stages: StageReport[];
  calls: CallsReport;
  /** Of the result, when complete. */
  distribution?: Distribution;
}

/** Records under way at the same time when no server says how many it takes. */
const DEFAULT_CONCURRENCY = 4;

/**
 * The Data Orchestration Engine (Sec. 3.1, App. F): Corpus Selector, Integrity Verifier, Task Mapper
 * and Semantic Refiner over a records file. Every decision is logged with its reason before it counts;
 * a curation that was killed, interrupted or stopped by its budget goes on where it was, and ends in
 * the same files.
 *
 * @throws ConfigError when the folder was begun with other settings or another process works there;
 *   MissingDataError or FormatError for input that cannot be read
 */
export async function curate(options: CurationOptions): Promise<CurationReport> {
  const { out, signal } = options;
  await mkdir(out, { recursive: true });
  const unlock = lockFolder(out);
  try {
    const input = await takeIn(options.records, out, { strict: options.strict ?? false });
    const stages = STAGE_NAMES.filter((name) => options.stages?.includes(name) ?? true);
    const stopped = await runStages(stages, options).then(
      () => undefined,
      (error: unknown) => stopOf(error, signal),
    );
    const files = stages.map((name, index) => stageFiles(out, name, stages[index - 1]));
    const records = join(out, CURATION_FILES.records);
    const report: CurationReport = {
      complete: stopped === undefined,
      ...(stopped === undefined ? {} : { stopped }),
      folder: out,
      records,
      input,
      stages: await Promise.all(
        stages.map((name, index) => stageReport(name, stageFiles(out, name, stages[index - 1]))),
      ),
      calls: await callsReport(out),
    };
    if (report.complete) {
      const last = files.at(-1)?.output ?? join(out, CURATION_FILES.input);
      const partial = `${records}.${randomUUID()}.partial`;
      await copyFile(last, partial, constants.COPYFILE_EXCL);
      await rename(partial, records);
      report.distribution = await distributionOf(records);
    }
    const text = `${JSON.stringify(report, null, 2)}\n`;
    await writeFileAtomic(join(out, CURATION_FILES.report), new TextEncoder().encode(text));
    return report;
  } finally {
    unlock();
  }
}

async function runStages(names: readonly StageName[], options: CurationOptions): Promise<void> {
  const { out, signal, onProgress } = options;
  const makers = stageMakers(options);
  const overrides = await readAudit(out);
  for (const [index, name] of names.entries()) {
    const stage = await makers[name]();
    const server = name === 'select' || name === 'verify' ? options.vision : options.text;
    let done = 0;
    onProgress?.({ stage: name, done });
    await runStage(stage, stageFiles(out, name, names[index - 1]), {
      concurrency: server?.concurrency ?? DEFAULT_CONCURRENCY,
      signal,
      onDecision: () => onProgress?.({ stage: name, done: ++done }),
      ...(name === 'verify' ? { overrides } : {}),
    });
  }
}

function stageMakers(options: CurationOptions): Record<StageName, () => Promise<Stage>> {
  const { out: folder, seed = 0, signal } = options;
  const connect = (server: CurationServer | undefined): ChatClient | undefined =>
    server === undefined
      ? undefined
      : new ChatClient({
          ...server,
          signal,
          cacheFolder: join(folder, CURATION_FILES.replies),
          onCall: callJournal(join(folder, CURATION_FILES.calls)),
        });
  const vision = connect(options.vision);
  // One server, one budget: both clients are one when they are the same.
  const text = options.text === options.vision ? vision : connect(options.text);
  const images = new ImageLibrary();
  const shared = { images, folder };
  return {
    select: () =>
      corpusSelector({
        ...shared,
        options: withDefaults(SelectOptionsSchema, options.select),
        client: vision,
      }),
    verify: () =>
      integrityVerifier({
        ...shared,
        options: withDefaults(VerifyOptionsSchema, options.verify),
        client: vision,
      }),
    map: () =>
      taskMapper({ ...shared, options: withDefaults(MapOptionsSchema, options.map), client: text }),
    refine: () =>
      semanticRefiner({
        ...shared,
        options: withDefaults(RefineOptionsSchema, options.refine),
        seed,
        client: text,
      }),
  };
}

function withDefaults<T extends TObject>(schema: T, given: Partial<Static<T>> = {}): Static<T> {
  return Value.Default(schema, { ...given }) as Static<T>;
}

/** Ends that the same call can continue; others are thrown on. */
function stopOf(error: unknown, signal: AbortSignal | undefined): CurationReport['stopped'] {
  if (error instanceof BudgetError) return { reason: 'budget', message: error.message };
  if (error instanceof ChatError) return { reason: 'server', message: error.message };
  if (signal?.aborted === true) return { reason: 'interrupted', message: 'stopped on request' };
  throw error;
}
