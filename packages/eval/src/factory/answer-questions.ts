import { contentKey, ReplyCache, type StoredReply } from '@omnict/chat';
import type { Generator, GeneratorFailure, GeneratorReply } from '@omnict/core';
import type { EvalQuestion } from '../questions/eval-question';

/** Where answers are kept, and how much is asked at a time. */
export interface AnswerQuestionsOptions {
  /** Folder of kept answers. */
  cacheFolder: string;
  /**
   * Digest of what a question's image shows the model, preparation included. Two questions about equal
   * images share it, wherever the files lie.
   */
  imageDigest: (question: EvalQuestion) => Promise<string>;
  /** Asks questions again whose failure was kept: the server or the model refused them. Default false. */
  retryFailed?: boolean;
  /** Default 16. */
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** An answer and whether it was asked for now. */
export interface Answer {
  id: string;
  /** Empty when the question failed. */
  prediction: string;
  cached: boolean;
  /** `length`: the answer was cut at the longest that was allowed. */
  finishReason: string;
  failure?: GeneratorFailure;
}

/** An answer as it is kept. */
type KeptAnswer = StoredReply & { failure?: GeneratorFailure };

/**
 * Answers questions, taking from the cache what the same model was asked before about the same image: a
 * run that was stopped goes on where it was, and equal questions are asked once. Blank answers and failures
 * that may pass are not kept, so that a server's hiccup does not stay; other failures are, until
 * `retryFailed`. Whatever ends the run, each answer that came is kept.
 */
export async function answerQuestions(
  generator: Generator,
  questions: readonly EvalQuestion[],
  {
    cacheFolder,
    imageDigest,
    batchSize = 16,
    onProgress,
    signal,
    ...options
  }: AnswerQuestionsOptions,
): Promise<Answer[]> {
  const cache = new ReplyCache(cacheFolder);
  const keys: string[] = [];
  const answers = new Map<string, Omit<Answer, 'id'>>();
  const open = new Map<string, EvalQuestion>();
  for (const question of questions) {
    const image = question.image === null ? null : await imageDigest(question);
    const key = answerKey(generator, question, image);
    keys.push(key);
    if (answers.has(key)) continue;
    const kept = (await cache.get(key)) as KeptAnswer | undefined;
    const isOpen =
      kept === undefined || (kept.failure !== undefined && options.retryFailed === true);
    if (isOpen) open.set(key, question);
    else answers.set(key, answerOf(kept, true));
  }
  const waiting = [...open];
  for (let first = 0; first < waiting.length; first += batchSize) {
    signal?.throwIfAborted();
    onProgress?.(answers.size, answers.size + waiting.length - first);
    const batch = waiting.slice(first, first + batchSize);
    const keep = async (index: number, reply: GeneratorReply): Promise<void> => {
      const [key] = batch[index] as (typeof batch)[number];
      answers.set(key, answerOf(reply, false));
      if (isWorthKeeping(reply)) await cache.set(key, keptAnswer(reply, generator.name));
    };
    const told = new Set<number>();
    const replies = await generator.generate(
      batch.map(([, question]) => question),
      (index, reply) => {
        told.add(index);
        return keep(index, reply);
      },
    );
    for (const [index] of batch.entries()) {
      const reply = replies[index] ?? '';
      if (!told.has(index)) await keep(index, typeof reply === 'string' ? { text: reply } : reply);
    }
  }
  return questions.map(({ id }, index) => ({
    id,
    ...(answers.get(keys[index] as string) ?? answerOf({ text: '' }, false)),
  }));
}

function answerOf({ text, finishReason, failure }: GeneratorReply, cached: boolean) {
  return {
    prediction: text,
    cached,
    finishReason: finishReason ?? 'stop',
    ...(failure !== undefined && { failure }),
  };
}

function isWorthKeeping({ text, failure }: GeneratorReply): boolean {
  return failure === undefined ? text.trim() !== '' : !failure.isPassing;
}

function keptAnswer({ text, finishReason, failure }: GeneratorReply, model: string): KeptAnswer {
  return {
    text,
    model,
    finishReason: finishReason ?? 'stop',
    promptTokens: 0,
    completionTokens: 0,
    ...(failure !== undefined && { failure }),
  };
}

/** Digest of everything an answer depends on; no path and no patient is in it. */
function answerKey(generator: Generator, question: EvalQuestion, image: string | null): string {
  const { modality, options, organ, organLabels, history, answers } = question;
  const ignores = generator.ignores ?? [];
  return contentKey({
    schema: 'omnict/answer@1',
    model: generator.identity,
    image,
    modality: ignores.includes('modality') ? null : modality,
    question: question.question,
    options: options ?? null,
    organ: ignores.includes('organ') ? null : (organ ?? null),
    ...(organLabels !== undefined && !ignores.includes('organ') && { organLabels }),
    ...(history !== undefined && { history }),
    ...(answers !== undefined && { answers }),
  });
}
