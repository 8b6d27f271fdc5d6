import { Random } from '@omnict/core';
import { extractChoice } from './extract/extract-choice';
import { extractYesNo } from './extract/extract-yes-no';
import { tokenF1 } from './metrics/token-f1';
import { bootstrapInterval, type Interval } from './stats/bootstrap';

/** A prediction and what it is compared with. */
export interface ScoredInput {
  id: string;
  modality: string;
  organ: string;
  taskType: string;
  category: string;
  capability?: string;
  /** Patient or phantom: intervals draw whole clusters. Default: the sample itself. */
  cluster?: string;
  options?: readonly string[];
  /** Text of the right option, yes or no, or the reference text. */
  answer: string;
  prediction: string;
}

/** The score of one sample. */
export interface SampleScore {
  id: string;
  modality: string;
  /** Multi-choice and judgment have one right answer; the rest is open. */
  kind: 'closed' | 'open';
  cluster: string;
  extracted: string | null;
  rule: string;
  /** 1 or 0 for closed questions; Token-F1 for open ones. */
  score: number;
}

/** Scores of a group of samples. */
export interface GroupScore {
  /** Share of closed questions answered right; absent when there are none. */
  closedAccuracy?: Interval;
  /** Mean Token-F1 of open questions; absent when there are none. */
  tokenF1?: Interval;
  /** Closed answers in which no choice was found; they count as wrong. */
  unparsed: number;
  /** Empty predictions. */
  empty: number;
}

/** Result of scoring a file of predictions. */
export interface EvaluationResult {
  overall: GroupScore;
  /** By the value of each field, for instance `groups.organ.liver`. */
  groups: Record<GroupField, Record<string, GroupScore>>;
  samples: SampleScore[];
}

const GROUP_FIELDS = ['modality', 'organ', 'taskType', 'category', 'capability'] as const;

/** Fields that samples are grouped by. */
export type GroupField = (typeof GROUP_FIELDS)[number];

/** How intervals are drawn; the same seed gives the same intervals. */
export interface ScoreOptions {
  seed?: number;
  resamples?: number;
  confidence?: number;
}

/** Scores predictions: closed accuracy and Token-F1, overall and in groups, with intervals. */
export function scorePredictions(
  items: readonly ScoredInput[],
  options: ScoreOptions = {},
): EvaluationResult {
  const samples = items.map(scoreSample);
  const group = (indices: readonly number[]): GroupScore =>
    groupScore(items, samples, { indices, options });
  const groups = Object.fromEntries(
    GROUP_FIELDS.map((field) => [field, mapValues(indicesBy(items, field), group)]),
  ) as EvaluationResult['groups'];
  return { overall: group(items.map((_, index) => index)), groups, samples };
}

/** Scores one sample. */
export function scoreSample(item: ScoredInput): SampleScore {
  const { id, modality, taskType, options = [], answer, prediction } = item;
  const common = { id, modality, cluster: item.cluster ?? id };
  if (taskType === 'multi-choice') {
    const { choice, rule } = extractChoice(prediction, options);
    const right = String.fromCharCode(65 + options.indexOf(answer));
    return { ...common, kind: 'closed', extracted: choice, rule, score: choice === right ? 1 : 0 };
  }
  if (taskType === 'judgment') {
    const { choice, rule } = extractYesNo(prediction);
    const score = choice === answer.toLowerCase() ? 1 : 0;
    return { ...common, kind: 'closed', extracted: choice, rule, score };
  }
  return {
    ...common,
    kind: 'open',
    extracted: prediction,
    rule: 'text',
    score: tokenF1(prediction, answer).f1,
  };
}

function groupScore(
  items: readonly ScoredInput[],
  samples: readonly SampleScore[],
  { indices, options }: { indices: readonly number[]; options: ScoreOptions },
): GroupScore {
  const own = indices.map((index) => samples[index] as SampleScore);
  const interval = (kind: SampleScore['kind']): Interval | undefined => {
    const chosen = own.filter((sample) => sample.kind === kind);
    if (chosen.length === 0) return undefined;
    return bootstrapInterval(
      chosen.map(({ score }) => score),
      {
        random: new Random(`bootstrap/${options.seed ?? 0}`),
        clusters: chosen.map(({ cluster }) => cluster),
        ...(options.resamples === undefined ? {} : { resamples: options.resamples }),
        ...(options.confidence === undefined ? {} : { confidence: options.confidence }),
      },
    );
  };
  const closedAccuracy = interval('closed');
  const open = interval('open');
  return {
    ...(closedAccuracy === undefined ? {} : { closedAccuracy }),
    ...(open === undefined ? {} : { tokenF1: open }),
    unparsed: own.filter(({ kind, extracted }) => kind === 'closed' && extracted === null).length,
    empty: indices.filter((index) => items[index]?.prediction.trim() === '').length,
  };
}

function indicesBy(items: readonly ScoredInput[], field: GroupField): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  items.forEach((item, index) => {
    const name = item[field];
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), index]);
  });
  return groups;
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries([...map].map(([name, value]) => [name, change(value)]));
}
