import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_REPLY_BYTES } from '../../src/bounded-text';
import { ChatClient } from '../../src/chat-client';

const BLOCK = Buffer.alloc(2 ** 20, ' ');

describe('a reply that unpacks to far more than a completion', () => {
  let server: Server;
  let blocks = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      const zip = createGzip();
      zip.pipe(response);
      response.on('close', () => zip.destroy());
      const more = (): void => {
        if (zip.destroyed) return;
        blocks++; // without end
        zip.write(BLOCK, more);
      };
      more();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is read no further than the limit', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const client = new ChatClient({ url, model: 'm', retry: { maxAttempts: 1 } });
    const messages = [{ role: 'user', content: 'Is there a lesion?' }] as const;
    await expect(client.complete({ messages })).rejects.toThrow(/reply holds more than 32 MiB/);
    expect(blocks * BLOCK.length).toBeGreaterThan(MAX_REPLY_BYTES);
  });
});
