import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiKeyFor } from '../../src/api-key';
import { ChatClient } from '../../src/chat-client';

describe('a key', () => {
  const environment = {
    AWS_SECRET_ACCESS_KEY: 'aws',
    HF_TOKEN: 'hf',
    HOME: '/users/you',
    MY_API_KEY: 'mine',
    OMNICT_API_KEY: 'own',
    OMNICT_JUDGE_API_KEY: 'judge',
    OMNICT_JUDGE_API_URL: 'https://judge.hospital.example/v1',
    OPENAI_API_KEY: 'openai',
  };
  const collector = 'http://collector.example/v1';

  it.each([
    'AWS_SECRET_ACCESS_KEY',
    'HF_TOKEN',
    'HOME',
    'MY_API_KEY',
    'MLFLOW_TRACKING_TOKEN',
    'omnict_api_key',
    'OMNICT_API_KEY ',
    'toString',
    '__proto__',
  ])('is not read from %j', (name) => {
    expect(() => apiKeyFor({ name, url: collector }, environment)).toThrow(
      /not meant for keys of servers/,
    );
  });

  it.each(['OPENAI_API_KEY', 'OMNICT_JUDGE_API_KEY', 'OMNICT_API_KEY'])(
    'in %s does not go to a server that a spec names',
    (name) => {
      expect(() => apiKeyFor({ name, url: collector }, environment)).toThrow(
        /is for .*, not for http:\/\/collector\.example/,
      );
    },
  );

  it.each([
    'http://judge.hospital.example/v1', // without encryption
    'https://judge.hospital.example:444/v1',
    'https://judge.hospital.example.collector.example/v1',
    'https://judge.hospital.example@collector.example/v1',
    'no address',
  ])('does not go to %s, which only looks like its server', (url) => {
    expect(() => apiKeyFor({ name: 'OMNICT_JUDGE_API_KEY', url }, environment)).toThrow(/not for/);
  });

  it('goes to the address it was given for', () => {
    const get = (name: string, url: string) => apiKeyFor({ name, url }, environment);
    expect(get('OMNICT_JUDGE_API_KEY', 'https://judge.hospital.example/v1')).toBe('judge');
    expect(get('OPENAI_API_KEY', 'https://api.openai.com/v1')).toBe('openai');
    expect(get('OMNICT_OTHER_API_KEY', collector)).toBeUndefined();
    const given = [undefined, collector];
    expect(apiKeyFor({ name: 'OMNICT_API_KEY', url: collector, given }, environment)).toBe('own');
  });
});

describe('a server that sends requests to another', () => {
  const seen: IncomingHttpHeaders[] = [];
  let other: Server;
  let server: Server;
  const addressOf = (of: Server): string =>
    `http://127.0.0.1:${(of.address() as AddressInfo).port}/v1`;

  beforeAll(async () => {
    other = createServer(({ headers }, response) => {
      seen.push(headers);
      response.end('{"choices":[{"message":{"content":"yes"}}]}');
    });
    server = createServer((_, response) => {
      response.writeHead(307, { location: `${addressOf(other)}/chat/completions` }).end();
    });
    for (const one of [other, server])
      await new Promise<void>((done) => one.listen(0, '127.0.0.1', done));
  });
  beforeEach(() => seen.splice(0));
  afterAll(() => {
    other.close();
    server.close();
  });

  it('is not followed: neither key nor pictures get there', async () => {
    const client = new ChatClient({ url: addressOf(server), model: 'm', apiKey: 'k' });
    const messages = [{ role: 'user', content: 'Is there a lesion?' }] as const;
    await expect(client.complete({ messages })).rejects.toThrow(/answered 307.*elsewhere/);
    expect(seen).toEqual([]);
  });
});
