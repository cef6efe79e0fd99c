import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import makeConnector from 'undici/lib/core/connect.js';
import { InterimAnswers } from './interim-answers.ts';

type Connector = buildConnector.connector;

/** Errors of connections that had already answered a request and closed before they answered the next one. */
const STALE = new WeakSet<Error>();

/**
 * Whether the error may come from a connection that the receiver had already closed when the request was written. The
 * next connection is a new one, so the request may be repeated at once.
 */
export function isOfStaleConnection(error: Error): boolean {
  return STALE.has(error);
}

/** Connects as undici does, and also accepts what undici does not: a 1xx answer of any kind, requested or not. */
export function connector(options: buildConnector.BuildOptions): Connector {
  const connect = makeConnector(options);
  // Returns the socket, as undici's own connector does.
  return (target, callback) =>
    connect(target, (error, socket) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      // HTTP/2 frames its answers, so nothing can be mistaken for the final one.
      if (!('alpnProtocol' in socket) || socket.alpnProtocol !== 'h2') watchAnswers(socket);
      callback(null, socket);
    });
}

/** The parser reads through `read`, and a request begins with a `write`; a connection carries one request at a time. */
function watchAnswers(socket: Socket): void {
  const answers = new InterimAnswers();
  const read = socket.read.bind(socket);
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk: Buffer | null = read(size);
      if (chunk === null) return null;
      const passed = answers.pass(chunk);
      if (passed instanceof Error) {
        socket.destroy(passed);
        return null;
      }
      if (passed.length > 0) return passed;
    }
  };
  // `write` has several signatures, and its arguments are only passed on.
  const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
  socket.write = (...parameters: unknown[]): boolean => {
    answers.requestBegins();
    return write(...parameters);
  };
  socket.on('error', (error) => {
    if (answers.isLateClose) STALE.add(error);
  });
}
