import { FormatError } from '@omnict/core';

/** What can be wrong with a row of a data set. */
export const PROBLEM_KINDS = [
  'syntax',
  'encoding',
  'missing-field',
  'wrong-type',
  'unknown-organ',
  'missing-image',
  'missing-text',
  'duplicate-id',
  'answer-not-an-option',
  'invalid-record',
] as const;

/** One of the kinds. */
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** A row that could not be used, and where it stands. */
export interface RowProblem {
  file: string;
  /** Line of a text file, row of a Parquet file; from 1. */
  line: number;
  kind: ProblemKind;
  message: string;
}

/** Thrown for one row: it is left out and collected, the rest goes on. */
export class RowError extends FormatError {
  readonly kind: ProblemKind;

  /** @param message what is wrong, expected, got and what to do; file and line are added later */
  constructor(kind: ProblemKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Problems of a whole file: all are counted, the first ones kept. */
export class ProblemLog {
  /** How many of each kind. */
  readonly counts: Partial<Record<ProblemKind, number>> = {};
  /** The first problems, in order. */
  readonly first: RowProblem[] = [];
  /** All of them. */
  total = 0;

  constructor(private readonly options: { strict?: boolean; keep?: number } = {}) {}

  /** @throws FormatError when strict: the first problem ends the work */
  add(problem: RowProblem): void {
    if (this.options.strict === true) {
      throw new FormatError(`${problem.file}:${problem.line}: ${problem.message}`);
    }
    this.total++;
    this.counts[problem.kind] = (this.counts[problem.kind] ?? 0) + 1;
    if (this.first.length < (this.options.keep ?? 100)) this.first.push(problem);
  }
}
