import { createServer, request, type Server } from 'node:http';
import { listenOnLoopback, stopServer } from './loopback-server.ts';

/**
 * Forwards requests to an AWS emulator and loses the answers that it is told to lose: the far side has done its work,
 * but the client sees a broken connection and sends again.
 */
export class LossyProxy {
  readonly #server: Server;
  #endpoint = '';
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
    proxy.#endpoint = await listenOnLoopback(proxy.#server);
    return proxy;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  /** Loses the answer to the next request of the operation, e.g. `PutItem`. */
  loseNext(operation: string): void {
    this.#toLose.push(operation);
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }
}
