import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnLoopback, stopServer } from './loopback-server.ts';

/**
 * Forwards requests to a DynamoDB emulator and returns every index entry twice. A real index does so for a moment while
 * it lags behind the table, and for good after a process was killed between the two writes.
 */
export class DoublingProxy {
  readonly #server: Server;
  #endpoint = '';
  doubled = 0;

  private constructor(upstream: string) {
    this.#server = createServer((incoming, outgoing) => {
      this.#answer(upstream, incoming).then(
        ({ status, body }) => {
          outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
          outgoing.end(body);
        },
        (error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  static async start(upstream: string): Promise<DoublingProxy> {
    const proxy = new DoublingProxy(upstream);
    proxy.#endpoint = await listenOnLoopback(proxy.#server);
    return proxy;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }

  async #answer(upstream: string, incoming: IncomingMessage): Promise<{ status: number; body: string }> {
    const asked = await text(incoming);
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = incoming.headers;
    const passed = await fetch(upstream, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: asked,
    });
    const body = await passed.text();
    const { IndexName } = JSON.parse(asked) as { IndexName?: string };
    if (IndexName === undefined || !passed.ok) return { status: passed.status, body };
    const page = JSON.parse(body) as { Items: unknown[] };
    this.doubled += page.Items.length;
    return {
      status: passed.status,
      body: JSON.stringify({ ...page, Items: page.Items.flatMap((item) => [item, item]) }),
    };
  }
}
