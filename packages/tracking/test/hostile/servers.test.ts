import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientFromEnvironment } from '../../src/client-from-environment';

/** A server that notes who asks, and answers with its version or by sending the request elsewhere. */
class NotingServer {
  readonly seen: IncomingMessage[] = [];
  location: string | undefined;
  private readonly server: Server = createServer((request, response) => {
    this.seen.push(request);
    if (this.location === undefined || request.url === '/moved') response.end('3.0.0');
    else response.writeHead(302, { location: this.location }).end();
  });

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  stop(): void {
    this.server.close();
  }

  authorizations(): (string | undefined)[] {
    return this.seen.map(({ headers }) => headers.authorization);
  }
}

const own = new NotingServer();
const other = new NotingServer();

beforeAll(async () => {
  await own.start();
  await other.start();
});
beforeEach(() => {
  for (const server of [own, other]) {
    server.seen.splice(0);
    server.location = undefined;
  }
});
afterAll(() => {
  own.stop();
  other.stop();
});

const credentials = [
  ['a token', { MLFLOW_TRACKING_TOKEN: 'secret' }, 'Bearer secret'],
  ['a password', { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p' }, 'Basic dTpw'],
] as const;

describe.each(credentials)('%s for the tracking server', (_, variables, header) => {
  it('goes to the server that the environment names', async () => {
    const environment = { ...variables, MLFLOW_TRACKING_URI: own.uri };
    await clientFromEnvironment(environment)?.version();
    await clientFromEnvironment(environment, `${own.uri}/`)?.version();
    expect(own.authorizations()).toEqual([header, header]);
  });

  it('does not go to a server that a spec names', async () => {
    for (const configured of [{ MLFLOW_TRACKING_URI: own.uri }, {}])
      await clientFromEnvironment({ ...variables, ...configured }, other.uri)?.version();
    expect(other.authorizations()).toEqual([undefined, undefined]);
  });

  it('goes to a server that the user names on the command line', async () => {
    await clientFromEnvironment(variables, other.uri, { isGivenByUser: true })?.version();
    expect(other.authorizations()).toEqual([header]);
  });

  it('does not follow a redirect to another server', async () => {
    own.location = `${other.uri}/version`;
    const client = clientFromEnvironment({ ...variables, MLFLOW_TRACKING_URI: own.uri });
    await expect(client?.version()).rejects.toThrow(/another server/);
    expect(other.seen).toEqual([]);
  });

  it('follows a redirect on the same server', async () => {
    own.location = `${own.uri}/moved`;
    const client = clientFromEnvironment({ ...variables, MLFLOW_TRACKING_URI: own.uri });
    expect(await client?.version()).toBe('3.0.0');
  });
});
