import { join } from 'node:path';
import type { StageName } from './decision';
import type { StageFiles } from './stage';

/** Files in the folder of a curation. */
export const CURATION_FILES = {
  /** Records that were read, paths made relative to the folder. */
  input: 'input.records.jsonl',
  /** Rows of the input that are no records. */
  problems: 'problems.jsonl',
  /** Every call of a model. */
  calls: 'calls.jsonl',
  /** Kept replies, a folder. */
  replies: 'replies',
  /** What people decided. */
  audit: 'audit.json',
  /** The result. */
  records: 'records.jsonl',
  /** Counts of the result. */
  report: 'curation.json',
} as const;

/** Files of a stage, fed by the stage before it. */
export function stageFiles(folder: string, name: StageName, before?: StageName): StageFiles {
  const recordsOf = (stage: StageName): string => join(folder, `${stage}.records.jsonl`);
  return {
    input: before === undefined ? join(folder, CURATION_FILES.input) : recordsOf(before),
    decisions: join(folder, `${name}.decisions.jsonl`),
    settings: join(folder, `${name}.settings.json`),
    output: recordsOf(name),
  };
}
