import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';

/**
 * Passes requests on to an AWS emulator, and loses the answers that it is told to lose: the far side has done its work,
 * and the client sees a broken connection and sends again.
 */
export class LossyProxy {
  readonly #server: Server;
  readonly #toLose: string[] = [];
  lost = 0;

  private constructor(upstream: string) {
    this.#server = createServer((incoming, outgoing) => {
      const passed = request(upstream, { method: incoming.method, headers: incoming.headers }, (answer) => {
        const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
        const at = this.#toLose.indexOf(operation);
        if (at >= 0) {
          this.#toLose.splice(at, 1);
          this.lost += 1;
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
    });
  }

  static async start(upstream: string): Promise<LossyProxy> {
    const proxy = new LossyProxy(upstream);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('expected the proxy to listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Loses the answer to the next request of the operation, e.g. `PutItem`. */
  loseNext(operation: string): void {
    this.#toLose.push(operation);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
