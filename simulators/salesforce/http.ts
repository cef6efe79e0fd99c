import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignRequestFault } from '../../src/base/foreign-request.ts';
import { decodePercent } from '../../src/base/percent.ts';
import { isObject, parseObject, toJson } from './json.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The text fields of the form or the JSON object. */
  readonly form: URLSearchParams;
  readonly json: Record<string, unknown> | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Answers a request, or returns undefined if it is another's; `cut` closes the connection without an answer. */
export type HttpHandler = (
  request: HttpRequest,
) => HttpResponse | 'cut' | undefined | Promise<HttpResponse | 'cut' | undefined>;

/** The limit of one request's body; the largest real one is a Data Cloud or collections call. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export function json(status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
    body: toJson(value),
  };
}

export function html(status: number, title: string, content: string): HttpResponse {
  const style =
    'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#16325c}button{font:inherit;padding:.5rem 1.5rem;margin-right:1rem;cursor:pointer}';
  return {
    status,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style><h1>${escapeHtml(title)}</h1>${content}</html>`,
  };
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function redirect(location: string): HttpResponse {
  return { status: 302, headers: { location } };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > BODY_BYTES_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** undefined if the request's target is neither a path nor a URL. */
function parse(incoming: IncomingMessage, body: Buffer): HttpRequest | undefined {
  const target = incoming.url ?? '/';
  // Not resolved against a base, because `//` would begin a host.
  const url = URL.parse(target.startsWith('/') ? `http://simulator${target}` : target);
  if (url === null) return undefined;
  const type = incoming.headers['content-type'] ?? '';
  const isJson = type.includes('json');
  return {
    method: incoming.method ?? 'GET',
    path: decodePath(url.pathname),
    query: url.searchParams,
    headers: incoming.headers,
    body,
    form: new URLSearchParams(type.includes('x-www-form-urlencoded') ? body.toString('utf8') : ''),
    json: isJson || (type === '' && body.length > 0) ? parseObject(body.toString('utf8')) : undefined,
  };
}

function decodePath(path: string): string {
  return decodePercent(path) ?? path;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = /^(127\.|localhost$|::1$)/;

export async function serveHttp(
  host: string,
  port: number,
  handlers: readonly HttpHandler[],
): Promise<HttpServer> {
  // If it is bound to a network address, anyone who can reach that may use it.
  const isOfThisMachine = LOOPBACK.test(host);
  const server: Server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const fault = isOfThisMachine ? foreignRequestFault(incoming.headers) : undefined;
      if (fault !== undefined) {
        incoming.resume();
        outgoing.writeHead(403, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify([{ errorCode: 'FORBIDDEN', message: fault }]));
        return;
      }
      const body = await readBody(incoming);
      const request = body === undefined ? undefined : parse(incoming, body);
      let response: HttpResponse | 'cut' | undefined;
      if (body === undefined)
        response = json(413, [{ message: 'The request is too large.', errorCode: 'REQUEST_TOO_LARGE' }]);
      else if (request === undefined)
        response = json(400, [{ errorCode: 'BAD_REQUEST', message: 'The request has no valid target.' }]);
      else {
        for (const handler of handlers) {
          response = await handler(request);
          if (response !== undefined) break;
        }
      }
      if (response === 'cut') {
        incoming.socket.destroy();
        return;
      }
      response ??= json(404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
      outgoing.writeHead(response.status, response.headers ?? {});
      outgoing.end(response.body ?? '');
    };
    respond().catch((cause: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else {
        outgoing.writeHead(500, { 'content-type': 'application/json' });
        outgoing.end(
          JSON.stringify([
            {
              errorCode: 'UNKNOWN_EXCEPTION',
              message: cause instanceof Error ? cause.message : String(cause),
            },
          ]),
        );
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: portOf(server.address()),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return isObject(address) && typeof address['port'] === 'number' ? address['port'] : 0;
}
