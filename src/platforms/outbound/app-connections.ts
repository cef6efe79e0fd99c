import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { systemTimers, type Timers } from '../../base/timers.ts';

type Connector = buildConnector.connector;

/** Open connections per app and process, to all of its receivers together. */
export const CONNECTIONS_PER_APP = 256;
/** How long a delivery waits for another delivery of its app to release a connection. Usually the receivers hang. */
export const CONNECTION_WAIT_MS = 5_000;

/** All connections of the app were busy for too long. */
export class ConnectionsBusyError extends Error {
  override readonly name = 'ConnectionsBusyError';
  readonly code = 'CONNECTIONS_BUSY';

  constructor(connectionsMax: number) {
    super(
      `expected one of the ${connectionsMax} connections of the app to be free within ${CONNECTION_WAIT_MS / 1_000} s, found none`,
    );
  }
}

/**
 * Limits the connections of one app. At the limit, an idle connection makes room for the next one; if all are busy, the
 * next one waits until a connection closes or becomes idle.
 */
export class AppConnections {
  readonly #connectionsMax: number;
  readonly #timers: Pick<Timers, 'after'>;
  readonly #open = new Set<Connection>();
  /** Counts the requests that ended: a later one has a higher number. */
  #ended = 0;
  /** Connections that are being closed to make room. */
  #closing = 0;
  /** Callbacks that begin to connect, the longest wait first. */
  readonly #waiting = new Set<() => void>();

  constructor(connectionsMax = CONNECTIONS_PER_APP, timers: Pick<Timers, 'after'> = systemTimers) {
    this.#connectionsMax = connectionsMax;
    this.#timers = timers;
  }

  /** Wraps the connector so that it respects the limit. */
  limit(connect: Connector): Connector {
    return (target, callback) => {
      const begin = () => {
        // The socket, before it is connected: undici's types leave it out.
        const socket: unknown = connect(target, callback);
        this.#watch(socket as Socket);
      };
      if (this.#open.size < this.#connectionsMax) {
        begin();
        return;
      }
      this.#wait(begin, () => callback(new ConnectionsBusyError(this.#connectionsMax), null));
      this.#makeRoom();
    };
  }

  #wait(begin: () => void, giveUp: () => void): void {
    const timer = this.#timers.after(CONNECTION_WAIT_MS, () => {
      this.#waiting.delete(next);
      giveUp();
    });
    const next = () => {
      timer.cancel();
      begin();
    };
    this.#waiting.add(next);
  }

  #watch(socket: Socket): void {
    const connection: Connection = { socket, idleSince: undefined };
    this.#open.add(connection);
    // Only a connection with a request keeps the process alive: undici calls `ref` and `unref` as its requests begin
    // and end. Both are called for every request, so they do next to nothing.
    const { ref, unref } = socket;
    socket.ref = () => {
      connection.idleSince = undefined;
      return ref.call(socket);
    };
    socket.unref = () => {
      this.#ended += 1;
      connection.idleSince = this.#ended;
      this.#makeRoom();
      return unref.call(socket);
    };
    socket.once('close', () => {
      this.#open.delete(connection);
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      next();
    });
  }

  /** Closes the connection that has been idle longest to make room for a waiting one. */
  #makeRoom(): void {
    if (this.#closing >= this.#waiting.size) return;
    const longestIdle = this.#longestIdle();
    if (longestIdle === undefined) return;
    // It is no longer a candidate.
    longestIdle.idleSince = undefined;
    this.#closing += 1;
    longestIdle.socket.once('close', () => {
      this.#closing -= 1;
    });
    longestIdle.socket.destroy();
  }

  #longestIdle(): Connection | undefined {
    let longest: Connection | undefined;
    for (const connection of this.#open) {
      if ((connection.idleSince ?? Infinity) < (longest?.idleSince ?? Infinity)) longest = connection;
    }
    return longest;
  }
}

interface Connection {
  readonly socket: Socket;
  /** The number of the request that ended last; undefined while there is one under way. */
  idleSince: number | undefined;
}
