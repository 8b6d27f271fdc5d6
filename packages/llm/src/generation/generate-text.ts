import { ConfigError } from '@omnict/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LanguageModelBundle } from '../language-model-folder';
import type { SamplingOptions } from './sampling';
import { TextGenerator } from './text-generator';

/** How text is generated. */
export interface TextOptions extends SamplingOptions {
  /** Default 256. */
  maxNewTokens?: number;
  /** Texts that end an answer; they are not part of it. */
  stop?: readonly string[];
  /** Tokens that end an answer, by their text; those unknown to the tokenizer are left out. */
  stopTokens?: readonly string[];
  /** Called with each row's text so far, whenever it grew. */
  onText?: (row: number, text: string) => void;
  seed?: number | string;
  signal?: AbortSignal;
}

/**
 * Completes prompts, as one batch padded on the left. Chat prompts come from the bundle's
 * `chat.template`.
 *
 * @returns one text per prompt
 */
export async function generateText(
  { model, tokenizer }: Pick<LanguageModelBundle, 'model' | 'tokenizer'>,
  prompts: readonly string[],
  options: TextOptions = {},
): Promise<string[]> {
  const { maxNewTokens = 256, stop = [], stopTokens = [], onText, ...rest } = options;
  if (stop.includes('')) {
    throw new ConfigError(
      'generateText: stop: has an empty text, which stands before every answer; expected texts that end answers; remove it',
    );
  }
  const ids = prompts.map((prompt) => tokenizer.encode(prompt));
  const length = Math.max(1, ...ids.map(({ length: count }) => count));
  const flat = new Int32Array(ids.length * length);
  const attentionMask = new Int32Array(flat.length);
  ids.forEach((row, index) => {
    const begin = (index + 1) * length - row.length;
    flat.set(row, begin);
    attentionMask.fill(1, begin, (index + 1) * length);
  });
  const embeddings = tf.tidy(() => model.embed(tf.tensor2d(flat, [ids.length, length], 'int32')));
  const generator = new TextGenerator(model);
  const texts = prompts.map(() => '');
  try {
    await generator.generate(
      { embeddings, attentionMask, ids },
      {
        ...rest,
        maxNewTokens,
        stopIds: stopTokens.flatMap((token) => tokenizer.findTokenId(token) ?? []),
        onToken: (row, answer) => {
          const { text, isComplete } = cutAtStop(tokenizer.decode(answer), stop);
          if (text !== texts[row]) onText?.(row, text);
          texts[row] = text;
          return isComplete;
        },
      },
    );
    return texts;
  } finally {
    embeddings.dispose();
    generator.dispose();
  }
}

/** Ends a text before the first stop string in it. */
export function cutAtStop(
  text: string,
  stop: readonly string[],
): { text: string; isComplete: boolean } {
  const places = stop.map((end) => text.indexOf(end)).filter((place) => place >= 0);
  if (places.length === 0) return { text, isComplete: false };
  return { text: text.slice(0, Math.min(...places)), isComplete: true };
}
