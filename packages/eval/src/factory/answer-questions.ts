import { contentKey, ReplyCache } from '@omnict/chat';
import type { Generator } from '@omnict/core';
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
  /** Default 16. */
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** An answer and whether it was asked for now. */
export interface Answer {
  id: string;
  prediction: string;
  cached: boolean;
}

/**
 * Answers questions, taking from the cache what the same model was asked before about the same image: a
 * run that was stopped goes on where it was, and equal questions are asked once. Blank answers are not
 * kept, so that a server's hiccup does not stay.
 */
export async function answerQuestions(
  generator: Generator,
  questions: readonly EvalQuestion[],
  { cacheFolder, imageDigest, batchSize = 16, onProgress, signal }: AnswerQuestionsOptions,
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
    const kept = await cache.get(key);
    if (kept === undefined) open.set(key, question);
    else answers.set(key, { prediction: kept.text, cached: true });
  }
  const waiting = [...open];
  for (let first = 0; first < waiting.length; first += batchSize) {
    signal?.throwIfAborted();
    onProgress?.(answers.size, answers.size + waiting.length - first);
    const batch = waiting.slice(first, first + batchSize);
    const texts = await generator.generate(batch.map(([, question]) => question));
    for (const [index, [key]] of batch.entries()) {
      const prediction = texts[index] ?? '';
      answers.set(key, { prediction, cached: false });
      if (prediction.trim() === '') continue;
      const stored = { text: prediction, model: generator.name, finishReason: 'stop' };
      await cache.set(key, { ...stored, promptTokens: 0, completionTokens: 0 });
    }
  }
  return questions.map(({ id }, index) => {
    const { prediction = '', cached = false } = answers.get(keys[index] as string) ?? {};
    return { id, prediction, cached };
  });
}

/** Digest of everything an answer depends on; no path and no patient is in it. */
function answerKey(generator: Generator, question: EvalQuestion, image: string | null): string {
  const { modality, options, organ } = question;
  const ignores = generator.ignores ?? [];
  return contentKey({
    schema: 'omnict/answer@1',
    model: generator.identity,
    image,
    modality: ignores.includes('modality') ? null : modality,
    question: question.question,
    options: options ?? null,
    organ: ignores.includes('organ') ? null : (organ ?? null),
  });
}
