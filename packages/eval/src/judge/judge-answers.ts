import { type ChatClient, ChatError, type PromptIdentity } from '@omnict/chat';
import { Random } from '@omnict/core';
import { normalInterval, standardErrorOfMean } from '../stats/closed-form';
import { type JudgeAgreement, judgeAgreement } from './agreement';
import type { Rubric } from './rubric';

/** An answer to be judged. */
export interface JudgedAnswer {
  id: string;
  question: string;
  reference: string;
  prediction: string;
}

/** What a judge said about one answer. */
export interface Judgement {
  id: string;
  /** In [0, 1]; null when there was no usable reply. */
  score: number | null;
  /** Why there is no score: `schema` when the reply could not be read. */
  failure?: ChatError['failure'];
  /** Model id as the server reported it. */
  model?: string;
  cached?: boolean;
  reply?: Readonly<Record<string, unknown>>;
}

/** A judge's verdict on a set of answers. */
export interface JudgeReport {
  rubric: PromptIdentity;
  /** Model ids as servers reported them; more than one means that the judge changed under way. */
  models: string[];
  /** Answers asked about, and those with a score. */
  count: number;
  judged: number;
  /** Replies that did not fit the schema, however often asked; in no mean. */
  parseFailures: number;
  /** Calls that failed otherwise; in no mean. */
  otherFailures: number;
  /** Mean of the scores; null without any. */
  mean: number | null;
  low?: number;
  high?: number;
  agreement?: JudgeAgreement;
}

/** How answers are judged. */
export interface JudgeOptions {
  rubric: Rubric;
  /** Asked about a sample too, to see how far the verdict depends on the judge. */
  second?: { client: ChatClient; share: number };
  /** Of the sample. Default 0. */
  seed?: number;
  onJudgement?: (judgement: Judgement) => void | Promise<void>;
}

/**
 * Has a language model judge answers against their references. An empty answer is wrong without asking.
 *
 * @throws BudgetError, and ChatError when the server cannot be reached, refuses all requests, or is another
 *   model than the pinned one
 */
export async function judgeAnswers(
  client: ChatClient,
  answers: readonly JudgedAnswer[],
  { rubric, second, seed = 0, onJudgement }: JudgeOptions,
): Promise<{ report: JudgeReport; judgements: Judgement[] }> {
  const judgements = await askAll(client, answers, rubric);
  for (const judgement of judgements) await onJudgement?.(judgement);
  const scores = judgements.flatMap(({ score }) => score ?? []);
  const failures = judgements.filter(({ failure }) => failure !== undefined);
  const parseFailures = failures.filter(({ failure }) => failure === 'schema').length;
  const report: JudgeReport = {
    rubric: rubric.prompt.identity,
    models: [...new Set(judgements.flatMap(({ model }) => model ?? []))],
    count: answers.length,
    judged: scores.length,
    parseFailures,
    otherFailures: failures.length - parseFailures,
    ...meanOf(scores),
  };
  if (second === undefined) return { report, judgements };
  const sample = new Random(`judge/${seed}`)
    .shuffle(answers)
    .slice(0, Math.ceil(answers.length * second.share));
  const others = await askAll(second.client, sample, rubric);
  return { report: { ...report, agreement: judgeAgreement(judgements, others) }, judgements };
}

function askAll(
  client: ChatClient,
  answers: readonly JudgedAnswer[],
  rubric: Rubric,
): Promise<Judgement[]> {
  return Promise.all(answers.map((answer) => ask(client, answer, rubric)));
}

async function ask(
  client: ChatClient,
  { id, question, reference, prediction }: JudgedAnswer,
  { prompt, schema, score }: Rubric,
): Promise<Judgement> {
  if (prediction.trim() === '') return { id, score: 0 };
  try {
    const { value, model, cached } = await client.completeJson<Record<string, unknown>>(
      {
        messages: prompt.render({ question, reference, prediction }),
        prompt: prompt.identity,
        temperature: 0,
      },
      schema,
    );
    return { id, score: score(value), model, cached, reply: value };
  } catch (error) {
    // A wrong key or another model is a mistake of set-up: all answers would fail alike.
    if (!(error instanceof ChatError) || !error.isOfRequest) throw error;
    return { id, score: null, failure: error.failure };
  }
}

function meanOf(scores: readonly number[]): Pick<JudgeReport, 'mean' | 'low' | 'high'> {
  if (scores.length === 0) return { mean: null };
  const sum = scores.reduce((total, score) => total + score, 0);
  const mean = sum / scores.length;
  if (scores.length < 2) return { mean };
  const sumOfSquares = scores.reduce((total, score) => total + score * score, 0);
  const error = standardErrorOfMean({ count: scores.length, sum, sumOfSquares });
  const [low, high] = normalInterval(mean, error);
  return { mean, low: Math.max(low, 0), high: Math.min(high, 1) };
}
