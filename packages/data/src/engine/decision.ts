import { FormatError, type QuestionRecord } from '@omnict/core';
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** The modules of the Data Orchestration Engine (Sec. 3.1, App. F), in their order. */
export const STAGE_NAMES = ['select', 'verify', 'map', 'refine'] as const;

/** One of the modules: Corpus Selector, Integrity Verifier, Task Mapper, Semantic Refiner. */
export type StageName = (typeof STAGE_NAMES)[number];

/** Something a rule or a model found. */
export interface Finding {
  /** Name of the rule, or `model`. */
  rule: string;
  /** What was found, with measured and allowed values. */
  detail: string;
  /** `drop`: reason enough to leave the record out. `note`: kept, for the log. */
  weight: 'drop' | 'note';
}

/** A model's part in a decision. */
export interface ModelReply {
  /** Prompt and version, for instance `verify@1`. */
  prompt: string;
  /** SHA-256 of the prompt's file. */
  promptDigest: string;
  /** Model id as the server reported it; empty when no usable reply came. */
  model: string;
  /** Digest of the question, as in the journal of calls and the folder of replies. */
  key: string;
  /** The checked reply. */
  value?: unknown;
  /** Why there is none. */
  failure?: string;
}

/** Fields that a stage may set. */
export type RecordChanges = Partial<
  Pick<QuestionRecord, 'organ' | 'category' | 'taskType' | 'question' | 'options'>
>;

/** What a stage decided about one record: a line of its log. */
export interface Decision {
  id: string;
  outcome: 'keep' | 'drop';
  /** `model` when a model's reply had a part in it. */
  by: 'rules' | 'model';
  findings: Finding[];
  changes?: RecordChanges;
  replies?: ModelReply[];
  /** A model contradicted what was measured, and was overruled. */
  disputed?: true;
}

/** The decision that follows from findings: one that says drop is enough. */
export function decide(
  id: string,
  findings: readonly Finding[],
  rest: Partial<Omit<Decision, 'id' | 'findings'>> = {},
): Decision {
  const outcome = findings.some(({ weight }) => weight === 'drop') ? 'drop' : 'keep';
  return { id, outcome, by: 'rules', findings: [...findings], ...rest };
}

/**
 * Append-only log of decisions, one a line, in the order of the records. What a killed process
 * wrote is kept; a line it tore is cut off and decided again.
 */
export class DecisionLog {
  private constructor(
    private readonly file: number,
    /** Ids decided before, in order. */
    readonly decided: readonly string[],
  ) {}

  /** @throws FormatError when a line is damaged */
  static open(path: string): DecisionLog {
    const decided = existsSync(path) ? cutTornLine(path) : [];
    return new DecisionLog(openSync(path, 'a'), decided);
  }

  append(decision: Decision): void {
    writeSync(this.file, `${JSON.stringify(decision)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Reads one line of a log. @throws FormatError naming the place */
export function parseDecision(text: string, where: string): Decision {
  try {
    return JSON.parse(text) as Decision;
  } catch (error) {
    throw new FormatError(
      `${where}: is no decision; expected JSON; remove the file to decide again, replies are kept`,
      { cause: error },
    );
  }
}

function cutTornLine(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseDecision(line, `${path}:${index + 1}`).id);
}
