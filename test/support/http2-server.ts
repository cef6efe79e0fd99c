import { once } from 'node:events';
import { createServer, type Http2Session, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

export interface Http2TestServer extends AsyncDisposable {
  /** `host:port`, without TLS. */
  readonly address: string;
  /** The next connection. */
  nextSession(): Promise<ServerHttp2Session>;
}

/** Bare HTTP/2: where gRPC is expected, `answer` decides what each call gets. */
export async function startHttp2Server(
  answer: (stream: ServerHttp2Stream) => void,
): Promise<Http2TestServer> {
  const server = createServer();
  const sessions = new Set<Http2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream) => {
    // The client may cancel the call before it has read the answer.
    stream.on('error', () => undefined);
    answer(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('expected the server to listen');
  return {
    address: `127.0.0.1:${bound.port}`,
    nextSession: async () => (await once(server, 'session'))[0],
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers every call as a gateway does that cannot reach Salesforce. */
export function startGateway(status: number): Promise<Http2TestServer> {
  return startHttp2Server((stream) => {
    stream.respond({ ':status': status, 'content-type': 'text/html; charset=utf-8' });
    stream.end('<html><body><h1>We are down for maintenance</h1></body></html>');
  });
}
