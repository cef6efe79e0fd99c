import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens on any free port of this machine; returns the server's address. */
export async function listenOnLoopback(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('expected the server to listen');
  return `http://127.0.0.1:${address.port}`;
}

/** Stops the server together with its open connections. Safe to repeat. */
export async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
