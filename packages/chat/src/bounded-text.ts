/** Largest reply that is read, in bytes after unpacking: a completion has kilobytes. */
export const MAX_REPLY_BYTES = 32 * 2 ** 20;

/** A reply that is larger than any completion. */
export class ReplyTooLargeError extends Error {}

/**
 * Text of a reply, read no further than a limit: half a megabyte of gzip may unpack to gigabytes.
 *
 * @throws ReplyTooLargeError
 */
export async function boundedText(
  { body }: Response,
  maxBytes: number = MAX_REPLY_BYTES,
): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body, and with it the connection.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new ReplyTooLargeError(`more than ${Math.floor(maxBytes / 2 ** 20)} MiB`);
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
