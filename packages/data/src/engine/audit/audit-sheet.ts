import {
  ConfigError,
  FormatError,
  MissingDataError,
  type QuestionRecord,
  writeFileAtomic,
} from '@omnict/core';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProblemLog, type RowProblem } from '../../problem';
import { stageFiles } from '../curation-files';
import type { Decision } from '../decision';
import { decidedRecords } from '../stage';
import { readAudit, writeAudit } from './audit-file';
import { auditSample } from './audit-sample';
import { wilsonInterval } from './wilson-interval';

/** Columns of the sheet; people fill the last two. */
const COLUMNS = [
  'id',
  'image',
  'modality',
  'organ',
  'category',
  'task_type',
  'question',
  'options',
  'answer',
  'decision',
  'decided_by',
  'reasons',
  'verdict',
  'comment',
] as const;

const VERDICTS = ['keep', 'drop'] as const;

/** A sheet that was written. */
export interface SheetExport {
  sheet: string;
  /** Decisions of the Integrity Verifier. */
  decisions: number;
  /** Rows of the sheet. */
  sampled: number;
  /** Rows added because a model was overruled. */
  disputed: number;
}

/** A share, with its 95 % interval (Wilson). */
export interface Share {
  count: number;
  of: number;
  share: number;
  interval: readonly [low: number, high: number];
}

/** A sheet that came back. */
export interface SheetImport {
  /** Rows with a verdict. */
  audited: number;
  /** Rows still without one. */
  pending: number;
  /** Of those kept by the engine: dropped by people. */
  wronglyKept: Share;
  /** Of those dropped by the engine: kept by people. */
  wronglyDropped: Share;
  /** Rows that could not be used. */
  problems: readonly RowProblem[];
}

/**
 * Writes the sheet for the manual audit (Sec. 3.1): a seeded sample of the Integrity Verifier's
 * decisions, kept and dropped ones, and every decision in which a model was overruled.
 *
 * @throws MissingDataError when nothing was verified yet; ConfigError when the sheet exists
 */
export async function exportAuditSheet(
  folder: string,
  sheet: string,
  { share, seed }: { share: number; seed: number },
): Promise<SheetExport> {
  if (existsSync(sheet)) {
    throw new ConfigError(
      `${sheet}: exists; expected a new file, since verdicts may be in it; choose another name or remove it`,
    );
  }
  const decided = await verified(folder);
  const sample = auditSample(
    decided.map(({ record }) => record.id),
    { share, seed },
  );
  const chosen = decided.filter(
    ({ record, decision }) => sample.has(record.id) || decision.disputed === true,
  );
  const rows = chosen.map(({ record, decision }) => rowOf(record, decision, folder));
  // Formulas in a cell would run when the sheet is opened.
  const text = stringify(rows, { header: true, columns: [...COLUMNS], escape_formulas: true });
  await writeFileAtomic(sheet, new TextEncoder().encode(text));
  return {
    sheet,
    decisions: decided.length,
    sampled: chosen.length,
    disputed: chosen.length - sample.size,
  };
}

/**
 * Reads a sheet back. Its verdicts outrank the engine's: the next run of the curation leaves out what
 * people dropped, and takes in what they kept.
 *
 * @throws FormatError when it is no sheet, or at the first unusable row when strict
 */
export async function importAuditSheet(
  folder: string,
  sheet: string,
  { strict = false }: { strict?: boolean } = {},
): Promise<SheetImport> {
  const outcomes = new Map(
    (await verified(folder)).map(({ record, decision }) => [record.id, decision.outcome]),
  );
  const log = new ProblemLog({ strict });
  const verdicts = await readAudit(folder);
  const counts = { keep: { of: 0, turned: 0 }, drop: { of: 0, turned: 0 } };
  const seen = new Set<string>();
  let pending = 0;
  for (const { line, id: written, verdict } of readSheet(sheet)) {
    // Spreadsheets may keep the quote that protects a cell from being read as a formula.
    const id = outcomes.has(written) ? written : written.replace(/^'/, '');
    const problem = (kind: RowProblem['kind'], message: string): void =>
      log.add({ file: sheet, line, kind, message });
    const outcome = outcomes.get(id);
    const isKnown = (VERDICTS as readonly string[]).includes(verdict);
    if (outcome === undefined) {
      problem('missing-field', `id '${id}' was not verified here; expected the sheet of ${folder}`);
    } else if (seen.has(id)) problem('duplicate-id', `id '${id}' occurs twice; remove one row`);
    else if (verdict !== '' && !isKnown) {
      problem('wrong-type', `verdict '${verdict}'; expected keep, drop or nothing; correct it`);
    } else {
      seen.add(id);
      if (verdict === '') {
        pending++;
        continue;
      }
      verdicts.set(id, verdict as Decision['outcome']);
      counts[outcome].of++;
      if (verdict !== outcome) counts[outcome].turned++;
    }
  }
  await writeAudit(folder, verdicts);
  return {
    audited: counts.keep.of + counts.drop.of,
    pending,
    wronglyKept: shareOf(counts.keep),
    wronglyDropped: shareOf(counts.drop),
    problems: log.first,
  };
}

async function verified(folder: string): Promise<{ record: QuestionRecord; decision: Decision }[]> {
  const files = ['select', undefined] as const;
  for (const before of files) {
    const { input, decisions } = stageFiles(folder, 'verify', before);
    if (!existsSync(decisions) || !existsSync(input)) continue;
    const pairs = [];
    for await (const pair of decidedRecords({ input, decisions })) pairs.push(pair);
    return pairs;
  }
  throw new MissingDataError(
    `${folder}: nothing was verified; expected decisions of the Integrity Verifier; run 'omnict data curate' first`,
  );
}

function rowOf(record: QuestionRecord, decision: Decision, folder: string): Record<string, string> {
  const { id, image, modality, organ, category, taskType, question, options = [], answer } = record;
  return {
    id,
    modality,
    organ,
    category,
    task_type: taskType,
    question,
    answer,
    image: resolve(folder, image),
    options: options.join(' | '),
    decision: decision.outcome,
    decided_by: decision.by,
    reasons: decision.findings.map(({ rule, detail }) => `${rule}: ${detail}`).join(' | '),
    verdict: '',
    comment: '',
  };
}

/** Rows of a sheet, with the line each begins in. */
function readSheet(path: string): { line: number; id: string; verdict: string }[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new MissingDataError(`${path}: sheet cannot be read; check the path`, { cause: error });
  }
  try {
    const rows = parse(text, { columns: true, bom: true, info: true, trim: true }) as {
      record: Record<string, string>;
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => {
      const { id, verdict } = record;
      if (id === undefined || verdict === undefined) throw new Error("no column 'id' or 'verdict'");
      return { line: info.lines, id, verdict: verdict.toLowerCase() };
    });
  } catch (error) {
    throw new FormatError(
      `${path}: is no audit sheet (${(error as Error).message}); expected CSV with columns ${COLUMNS.join(', ')}; export it anew and fill in 'verdict'`,
      { cause: error },
    );
  }
}

function shareOf({ of, turned }: { of: number; turned: number }): Share {
  return {
    count: turned,
    of,
    share: of === 0 ? 0 : turned / of,
    interval: wilsonInterval(turned, of),
  };
}
