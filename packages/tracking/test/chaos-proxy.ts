import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What befalls a request on its way: nothing, an answer in the server's place, or a lost answer. */
export type Trouble =
  | { kind: 'none' }
  | { kind: 'answer'; status: number; headers?: Record<string, string> }
  /** The connection is cut before the server hears of it. */
  | { kind: 'cut' }
  /** The server does it; the client never learns. */
  | { kind: 'lost' }
  | { kind: 'slow'; ms: number };

/** A proxy before a server that does what `plan` says to each request. */
export class ChaosProxy {
  requests = 0;
  private constructor(
    private readonly server: Server,
    readonly uri: string,
  ) {}

  static async start(
    target: string,
    plan: (incoming: IncomingMessage, body: Buffer) => Trouble,
  ): Promise<ChaosProxy> {
    const server = createServer((incoming, outgoing) => {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of incoming) parts.push(part as Buffer);
        const body = Buffer.concat(parts);
        proxy.requests++;
        const trouble = plan(incoming, body);
        if (trouble.kind === 'cut') return void incoming.socket.destroy();
        if (trouble.kind === 'answer') {
          outgoing.writeHead(trouble.status, {
            'Content-Type': 'application/json',
            ...trouble.headers,
          });
          return void outgoing.end('{}');
        }
        if (trouble.kind === 'slow') await new Promise((done) => setTimeout(done, trouble.ms));
        const { method, url, headers } = incoming;
        const forwarded = request(`${target}${url}`, { method, headers }, (response) => {
          if (trouble.kind === 'lost') {
            response.resume().once('end', () => incoming.socket.destroy());
            return;
          }
          outgoing.writeHead(response.statusCode ?? 500, response.headers);
          response.pipe(outgoing);
        });
        forwarded.once('error', () => incoming.socket.destroy());
        forwarded.end(body);
      })();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const proxy = new ChaosProxy(
      server,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
