import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DigestSet } from '../digest-set';
import { ProblemLog, RowError, type RowProblem } from '../problem';
import type { QuestionRecord, TaskType } from '@omnict/core';
import { writeRecords } from '../records-file';
import { readRows } from '../rows/read-rows';
import type { SourceRow } from '../rows/source-row';
import { completeRecord } from './complete-record';
import { ImageStore } from './image-store';
import { locateFiles } from './locate-files';
import { RowFields } from './row-fields';
import type { ExpectedCount, ReadContext, RecordDraft } from './source-adapter';
import { sourceByName } from './sources';

/** An import to be made. */
export interface ImportOptions {
  /** Name of the data set, as in `SOURCES`. */
  source: string;
  /** Its folder, or one of its files. */
  path: string;
  /** Records file to write. */
  out: string;
  /** Folder of the images. Default: the data set's folder. */
  images?: string;
  /** Refuse rows whose image is not there. Default true. */
  checkImages?: boolean;
  /** `CT` (default) leaves out images of other kinds; `any` keeps all, marked. */
  imaging?: 'CT' | 'any';
  /** `en` (default) leaves out other languages. */
  language?: 'en' | 'any';
  /** Stop at the first problem. */
  strict?: boolean;
  /** How many problems are kept with their place. Default 100. */
  keepProblems?: number;
  /** Told every 10,000 rows. */
  onProgress?: (progress: { rows: number; records: number; file: string }) => void;
}

/** What an import did. */
export interface ImportReport {
  source: string;
  out: string;
  files: string[];
  rows: number;
  records: number;
  /** Rows and records left out on purpose, by reason. */
  skipped: Record<string, number>;
  counts: ProblemLog['counts'];
  problems: number;
  first: readonly RowProblem[];
  taskTypes: Partial<Record<TaskType, { train: number; validation: number; test: number }>>;
  /** What Table 7 counts. */
  expected: readonly ExpectedCount[];
}

const PROGRESS_ROWS = 10_000;

/**
 * Brings a data set into records. Rows that cannot be used are collected with file and line and the
 * rest goes on; memory does not grow with the rows, but for 16 to 32 bytes each to find ids used
 * twice.
 *
 * @throws ConfigError for an unknown source; MissingDataError when it has no files; FormatError when
 *   a file as a whole cannot be read, or at the first problem when strict
 */
export async function importSource(options: ImportOptions): Promise<ImportReport> {
  const source = sourceByName(options.source);
  const located = await locateFiles(source, options.path);
  const log = new ProblemLog({
    strict: options.strict === true,
    keep: options.keepProblems ?? 100,
  });
  const report: ImportReport = {
    source: source.name,
    out: options.out,
    files: located.files.map(({ path }) => path),
    rows: 0,
    records: 0,
    skipped: {},
    counts: log.counts,
    problems: 0,
    first: log.first,
    taskTypes: {},
    expected: source.expected,
  };
  await mkdir(dirname(options.out), { recursive: true });
  const work = new Importer({ options, source, located, log, report });
  report.records = await writeRecords(options.out, work.records());
  report.problems = log.total;
  return report;
}

class Importer {
  private readonly ids = new DigestSet();
  private readonly store: ImageStore;
  private readonly images: string;

  constructor(
    private readonly state: {
      options: ImportOptions;
      source: ReturnType<typeof sourceByName>;
      located: Awaited<ReturnType<typeof locateFiles>>;
      log: ProblemLog;
      report: ImportReport;
    },
  ) {
    const { options, source, located } = state;
    this.images = options.images ?? located.root;
    this.store = new ImageStore({
      images: this.images,
      out: dirname(options.out),
      source: source.name,
      check: options.checkImages ?? true,
    });
  }

  async *records(): AsyncGenerator<QuestionRecord> {
    const { source, located, log, report, options } = this.state;
    const prepared = await source.prepare?.(located.files, located.root);
    for (const file of located.files) {
      let number = 0;
      for await (const item of readRows(file.path)) {
        number++;
        report.rows++;
        if (report.rows % PROGRESS_ROWS === 0) {
          options.onProgress?.({ rows: report.rows, records: this.ids.size, file: file.path });
        }
        if ('problem' in item) {
          log.add(item.problem);
          continue;
        }
        const { language = 'en' } = options;
        const context = { file, number, images: this.images, prepared, language };
        yield* await this.recordsOf(item.row, context);
      }
    }
  }

  /** Records of one row, all or none. */
  private async recordsOf(row: SourceRow, context: ReadContext): Promise<QuestionRecord[]> {
    const { source, log } = this.state;
    try {
      const result = await source.read(new RowFields(row), context);
      if ('skip' in result) return this.skip(result.skip);
      const records: QuestionRecord[] = [];
      for (const draft of result) {
        if (draft.imaging !== 'CT' && (this.state.options.imaging ?? 'CT') === 'CT') {
          this.skip(`not CT: ${draft.imaging}`);
        } else records.push(await this.complete(draft, context));
      }
      for (const { id } of records) {
        if (this.ids.add(id)) continue;
        throw new RowError('duplicate-id', `id '${id}' occurs twice; expected unique ids`);
      }
      for (const record of records) this.count(record);
      return records;
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      log.add({ file: row.file, line: row.line, kind: error.kind, message: error.message });
      return [];
    }
  }

  private async complete(draft: RecordDraft, { file }: ReadContext): Promise<QuestionRecord> {
    const { id, split, ...rest } = draft;
    const { name } = this.state.source;
    const image = await this.store.place(draft.image);
    const place = { id: `${name}-${id}`, source: name, split: split ?? file.split };
    return completeRecord({ ...rest, id, image }, place);
  }

  private skip(reason: string): [] {
    const { skipped } = this.state.report;
    skipped[reason] = (skipped[reason] ?? 0) + 1;
    return [];
  }

  private count({ taskType, split }: QuestionRecord): void {
    const { taskTypes } = this.state.report;
    const counts = (taskTypes[taskType] ??= { train: 0, validation: 0, test: 0 });
    counts[split]++;
  }
}
