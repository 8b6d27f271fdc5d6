/** Text in a message of several parts. */
export interface TextPart {
  type: 'text';
  text: string;
}

/** An image in a message, as every OpenAI-compatible server takes it: a URL, most often of data. */
export interface ImagePart {
  type: 'image_url';
  image_url: { url: string };
}

/** A piece of a message. */
export type ChatPart = TextPart | ImagePart;

/** One turn of a conversation. Only user turns may hold images. */
export type ChatMessage =
  | { role: 'system' | 'assistant'; content: string }
  | { role: 'user'; content: string | readonly ChatPart[] };

/** Packs an encoded image into a message part; the server fetches nothing. */
export function imagePart(
  bytes: Uint8Array,
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp',
): ImagePart {
  const data = Buffer.from(bytes).toString('base64');
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
}

/** Characters of English a token holds at least; a low figure, so that limits hold. */
const CHARACTERS_PER_TOKEN = 3;

/** Tokens an image costs at most with the usual servers (Qwen2.5-VL at its default size). */
const TOKENS_PER_IMAGE = 1500;

/** Tokens a message costs beside its text. */
const TOKENS_PER_MESSAGE = 8;

/** Upper guess of a prompt's tokens, for limits that must hold before the server has counted. */
export function estimateTokens(messages: readonly ChatMessage[]): number {
  let total = 0;
  for (const { content } of messages) {
    const parts: readonly ChatPart[] =
      typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    total += TOKENS_PER_MESSAGE;
    for (const part of parts) {
      total +=
        part.type === 'text'
          ? Math.ceil(part.text.length / CHARACTERS_PER_TOKEN)
          : TOKENS_PER_IMAGE;
    }
  }
  return total;
}
