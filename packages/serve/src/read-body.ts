import type { Context } from 'hono';
import { ApiError } from './api-error';
import type { Limits } from './limits';
import type { Content } from './upload-store';
import { mib } from './unpack';

/** Reads JSON requests, each and all together bounded. */
export class BodyReader {
  private reading = 0;

  constructor(private readonly limits: Limits) {}

  /** Reads a request's JSON. @throws ApiError when it is too large, no JSON or not said to be JSON */
  async json(c: Context): Promise<unknown> {
    const { jsonBytes, jsonBytesAtOnce } = this.limits;
    // A page elsewhere can send text without asking, but JSON only by leave.
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      throw new ApiError(400, "expected 'Content-Type: application/json'", {
        code: 'invalid_content_type',
      });
    }
    const chunks: Uint8Array[] = [];
    let own = 0;
    try {
      for await (const chunk of contentOf(c)) {
        own += chunk.length;
        this.reading += chunk.length;
        if (own > jsonBytes) {
          throw new ApiError(
            413,
            `the request has more than ${mib(jsonBytes)} MiB; upload the image by /v1/files and name its id`,
            { code: 'request_too_large' },
          );
        }
        if (this.reading > jsonBytesAtOnce) {
          throw new ApiError(429, 'the server reads too much at once; try again in a moment', {
            code: 'rate_limit_exceeded',
          });
        }
        chunks.push(chunk);
      }
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw new ApiError(400, 'the request is not JSON', { code: 'invalid_json' });
      }
      throw error;
    } finally {
      this.reading -= own;
    }
  }
}

/** What a request brings, as it comes. */
export function contentOf(c: Context): Content {
  const { body } = c.req.raw;
  return body === null ? empty() : (body as unknown as Content);
}

async function* empty(): Content {}
