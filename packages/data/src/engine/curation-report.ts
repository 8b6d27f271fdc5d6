import type { ChatCall } from '@omnict/chat';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { QuestionRecord } from '@omnict/core';
import { readRecords, recordLines } from '../records-file';
import { CURATION_FILES } from './curation-files';
import type { StageName } from './decision';
import { decidedRecords, type StageFiles } from './stage';

/** What a stage did, counted from its log. */
export interface StageReport {
  stage: StageName;
  records: number;
  kept: number;
  dropped: number;
  /** Records with other words, options or labels than before. */
  changed: number;
  byModel: number;
  /** Decided by rules alone. */
  byRules: number;
  /** Where a model was overruled. */
  disputed: number;
  /** Reasons to drop, by rule. */
  reasons: Record<string, number>;
}

/** What models were asked over the whole life of a curation. */
export interface CallsReport {
  /** Model ids as the servers reported them. */
  models: string[];
  answered: number;
  cached: number;
  /** Calls without a reply, by reason. */
  failed: Record<string, number>;
  requests: number;
  retries: number;
  parseFailures: number;
  tokens: number;
  cost: number;
  /** Milliseconds from the first request to the reply. */
  latencyMs: { median: number; p95: number };
}

/** How the records of a file are spread. */
export type Distribution = Record<
  'modality' | 'organ' | 'category' | 'taskType' | 'split' | 'source',
  Record<string, number>
>;

const FIELDS = ['modality', 'organ', 'category', 'taskType', 'split', 'source'] as const;

/** Counts a stage's decisions. */
export async function stageReport(stage: StageName, files: StageFiles): Promise<StageReport> {
  const report: StageReport = {
    stage,
    records: 0,
    kept: 0,
    dropped: 0,
    changed: 0,
    byModel: 0,
    byRules: 0,
    disputed: 0,
    reasons: {},
  };
  if (!existsSync(files.decisions)) return report;
  for await (const { decision } of decidedRecords(files)) {
    const { outcome, by, changes, disputed, findings } = decision;
    report.records++;
    report[outcome === 'keep' ? 'kept' : 'dropped']++;
    report[by === 'model' ? 'byModel' : 'byRules']++;
    if (changes !== undefined) report.changed++;
    if (disputed === true) report.disputed++;
    const rules = findings.filter(({ weight }) => weight === 'drop').map(({ rule }) => rule);
    for (const rule of new Set(rules)) count(report.reasons, rule);
  }
  return report;
}

/** Counts the calls of a curation. */
export async function callsReport(folder: string): Promise<CallsReport> {
  const report: CallsReport = {
    models: [],
    answered: 0,
    cached: 0,
    failed: {},
    requests: 0,
    retries: 0,
    parseFailures: 0,
    tokens: 0,
    cost: 0,
    latencyMs: { median: 0, p95: 0 },
  };
  const path = join(folder, CURATION_FILES.calls);
  if (!existsSync(path)) return report;
  const models = new Set<string>();
  const latencies: number[] = [];
  for await (const { text } of recordLines(path)) {
    const call = parseCall(text);
    if (call === undefined) continue;
    if (call.model !== '') models.add(call.model);
    if (call.outcome === 'answered') {
      report.answered++;
      latencies.push(call.latencyMs);
    } else if (call.outcome === 'cached') report.cached++;
    else count(report.failed, call.outcome);
    report.requests += call.attempts;
    report.retries += call.retries.length;
    report.parseFailures += call.parseFailures;
    report.tokens += call.promptTokens + call.completionTokens;
    report.cost += call.cost;
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  return { ...report, models: [...models].sort(), latencyMs: { median: at(0.5), p95: at(0.95) } };
}

/** Counts records by their labels. */
export async function distributionOf(path: string): Promise<Distribution> {
  const distribution = Object.fromEntries(FIELDS.map((field) => [field, {}])) as Distribution;
  for await (const record of readRecords(path)) {
    for (const field of FIELDS)
      count(distribution[field], record[field] satisfies QuestionRecord[typeof field]);
  }
  return distribution;
}

/** The line a killed process tore counts as none. */
function parseCall(text: string): ChatCall | undefined {
  try {
    return JSON.parse(text) as ChatCall;
  } catch {
    return undefined;
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
