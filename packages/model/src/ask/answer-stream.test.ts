import { describe, expect, it } from 'vitest';
import { AnswerStream, type GrowingAnswer } from './answer-stream';

/** An answer that grows by the texts given. */
function growing(texts: readonly string[]) {
  return async ({ onText, signal }: GrowingAnswer): Promise<{ text: string }> => {
    for (const text of texts) {
      await Promise.resolve();
      signal.throwIfAborted();
      onText(text);
    }
    return { text: texts.at(-1) ?? '' };
  };
}

async function pieces(stream: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const piece of stream) found.push(piece);
  return found;
}

describe('AnswerStream', () => {
  it('yields what is added, to the last letter', async () => {
    const texts = ['a', 'a nod', 'a nodule'];
    expect((await pieces(new AnswerStream(growing(texts)))).join('')).toBe('a nodule');
    const unread = new AnswerStream(growing(texts));
    expect(await unread.result).toEqual({ text: 'a nodule' });
  });

  it('holds back half a character, and what may begin a stop text', async () => {
    const half = await pieces(new AnswerStream(growing(['5 \uFFFD', '5 µm'])));
    expect(half.join('')).toBe('5 µm');
    const texts = ['yes', 'yes\n', 'yes\n\nQ', 'yes'];
    const cut = await pieces(new AnswerStream(growing(texts), { stop: ['\n\nQuestion'] }));
    expect(cut.join('')).toBe('yes');
  });

  it('ends the answer when nobody reads it any more, and fails with what ended it', async () => {
    const left = new AnswerStream(async ({ onText, signal }) => {
      onText('a');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.throwIfAborted();
      return { text: 'a b' };
    });
    for await (const piece of left) if (piece === 'a') break;
    await expect(left.result).rejects.toThrow(/abort/i);
    const failing = new AnswerStream(() => Promise.reject(new Error('no model')));
    await expect(pieces(failing)).rejects.toThrow('no model');
  });
});
