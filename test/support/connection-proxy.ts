import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards TCP connections, and does to them what networks do. */
export class ConnectionProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #upstream: string;
  #address = '';
  /** Since the proxy started. */
  connections = 0;

  private constructor(upstream: string) {
    this.#upstream = upstream;
    this.#server = createServer((near) => {
      this.connections += 1;
      const [host = '', port] = this.#upstream.split(':');
      const far = connect(Number(port), host);
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  /** `upstream`: `host:port`. */
  static async start(upstream: string): Promise<ConnectionProxy> {
    const proxy = new ConnectionProxy(upstream);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const bound = proxy.#server.address();
    if (typeof bound !== 'object' || bound === null) throw new Error('expected the proxy to listen');
    proxy.#address = `127.0.0.1:${bound.port}`;
    return proxy;
  }

  /** `host:port`. */
  get address(): string {
    return this.#address;
  }

  /** Cuts all connections; new ones go to another server. */
  redirect(upstream: string): void {
    this.#upstream = upstream;
    this.#destroySockets();
  }

  /** The open connections stay open, but nothing passes through them any more, not even an end. */
  forgetConnections(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.removeAllListeners('close');
      // Incoming data is still read, so that the sender does not see a full buffer either.
      socket.on('data', () => undefined);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#destroySockets();
    await once(this.#server, 'close');
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    // `close` reports a reset as well.
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
  }

  #destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}
