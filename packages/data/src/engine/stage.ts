import { contentKey } from '@omnict/chat';
import { ConfigError, FormatError, type QuestionRecord } from '@omnict/core';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pMapIterable } from 'p-map';
import { readRecords, recordLines, writeRecords } from '../records-file';
import { type Decision, DecisionLog, parseDecision, type StageName } from './decision';

/** One module of the engine. */
export interface Stage {
  name: StageName;
  /** Raised when decisions of equal settings change. */
  version: number;
  /** Everything decisions depend on beside the records: options, models, prompts. */
  settings: unknown;
  /** Looks at all records before the first is decided, also those decided earlier. */
  survey?(records: AsyncIterable<QuestionRecord>): Promise<void>;
  /** Decides about one record, the same way every time. */
  decide(record: QuestionRecord): Promise<Decision>;
}

/** Where a stage reads and writes. */
export interface StageFiles {
  /** Records it decides about. */
  input: string;
  /** Its log. */
  decisions: string;
  /** What the log was made with. */
  settings: string;
  /** Records it keeps. */
  output: string;
}

/** How a stage is run. */
export interface RunStageOptions {
  /** Records decided about at the same time. */
  concurrency: number;
  signal?: AbortSignal | undefined;
  /** Told after each decision. */
  onDecision?: ((decision: Decision) => void) | undefined;
  /** Outcomes that people set against the log's. */
  overrides?: ReadonlyMap<string, Decision['outcome']>;
}

/**
 * Runs a stage, or what is left of it: each decision is logged in the records' order before the next
 * is counted, so that a killed stage goes on where it stopped and ends in the same files.
 *
 * @throws ConfigError when the log was made with other settings; FormatError when it is damaged;
 *   whatever a decision throws, everything decided before being kept
 */
export async function runStage(
  stage: Stage,
  files: StageFiles,
  { concurrency, signal, onDecision, overrides = new Map() }: RunStageOptions,
): Promise<void> {
  await agreeOnSettings(stage, files);
  await stage.survey?.(readRecords(files.input));
  const log = DecisionLog.open(files.decisions);
  try {
    const open = undecided(files, log.decided);
    const decisions = pMapIterable(open, (record) => stage.decide(record), {
      concurrency,
      backpressure: 2 * concurrency,
    });
    signal?.throwIfAborted();
    for await (const decision of decisions) {
      log.append(decision);
      onDecision?.(decision);
      signal?.throwIfAborted();
    }
  } finally {
    log.close();
  }
  await writeRecords(files.output, keptRecords(stage.name, files, overrides));
}

/** Pairs of record and decision, in order. @throws FormatError when they do not fit each other */
export async function* decidedRecords(
  files: Pick<StageFiles, 'input' | 'decisions'>,
): AsyncGenerator<{ record: QuestionRecord; decision: Decision }> {
  const records = readRecords(files.input);
  for await (const { text, line } of recordLines(files.decisions)) {
    const decision = parseDecision(text, `${files.decisions}:${line}`);
    const record = ((await records.next()) as IteratorResult<QuestionRecord, undefined>).value;
    if (record?.id !== decision.id) throw strayDecision(files.decisions, line, record?.id);
    yield { record, decision };
  }
}

async function* keptRecords(
  name: StageName,
  files: StageFiles,
  overrides: ReadonlyMap<string, Decision['outcome']>,
): AsyncGenerator<QuestionRecord> {
  for await (const { record, decision } of decidedRecords(files)) {
    const overridden = overrides.get(record.id);
    if ((overridden ?? decision.outcome) === 'drop') continue;
    const by = overridden === undefined ? decision.by : 'auditor';
    yield { ...record, ...decision.changes, curation: { ...record.curation, [name]: by } };
  }
}

async function* undecided(
  { input, decisions }: StageFiles,
  decided: readonly string[],
): AsyncGenerator<QuestionRecord> {
  let index = 0;
  for await (const record of readRecords(input)) {
    const id = decided[index++];
    if (id === undefined) yield record;
    else if (id !== record.id) throw strayDecision(decisions, index, record.id);
  }
}

function strayDecision(path: string, line: number, id: string | undefined): FormatError {
  return new FormatError(
    `${path}:${line}: decision is about another record; expected '${id ?? 'none'}'; remove the file to decide again, replies are kept`,
  );
}

/** Other records: decided anew. Other settings: the user has to say so, by another folder. */
async function agreeOnSettings(stage: Stage, files: StageFiles): Promise<void> {
  const { name, version } = stage;
  const settings = contentKey({ name, version, settings: stage.settings });
  const input = await digestOf(files.input);
  if (existsSync(files.settings) && existsSync(files.decisions)) {
    const before = JSON.parse(readFileSync(files.settings, 'utf8')) as Record<string, unknown>;
    if (before['digest'] !== settings) {
      throw new ConfigError(
        `${files.decisions}: was begun with other settings of '${name}'; expected those of ${files.settings}; choose another folder, or remove both files to decide again`,
      );
    }
    if (before['input'] === input) return;
  }
  rmSync(files.decisions, { force: true });
  const content = { digest: settings, input, name, version, settings: stage.settings };
  writeFileSync(files.settings, `${JSON.stringify(content, null, 2)}\n`);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
