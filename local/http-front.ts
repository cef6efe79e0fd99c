import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { base64Bytes } from '../src/base/base64.ts';
import { foreignRequestFault } from '../src/base/foreign-request.ts';
import { API_TIMEOUT_SECONDS } from '../src/settings/runtime.ts';
import { Admission, type Progress } from './admission.ts';
import { explainPortInUse } from './port-in-use.ts';
import { lambdaContext } from './queue-consumer.ts';

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export interface HttpFrontOptions {
  /** 0 = any. */
  readonly port: number;
  readonly api: HttpHandler;
  readonly ingest: HttpHandler;
  /** The progress of deliveries, by which publishes leave them their share of the processor. */
  readonly deliveries?: () => Progress;
  readonly onFault: (functionName: string, message: string) => void;
}

export interface HttpFront {
  readonly port: number;
  close(): Promise<void>;
}

/** API Gateway's limit for a request body. */
const BODY_BYTES_MAX = 10 * 1024 * 1024;
/** A longer body is read up to this size, so that the client sees the answer and not a reset. */
const BODY_BYTES_DRAINED_MAX = 100 * 1024 * 1024;

/**
 * Plays API Gateway (HTTP API, payload format 2.0): `/v1/…`, the console and Heroku's paths go to the management API,
 * everything else to ingest. It serves this machine's programs; web pages from elsewhere are refused.
 */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const admission = new Admission(options.deliveries ?? (() => ({ underWay: 0, ended: 0 })));
  const server = createServer((request, response) => {
    answer(request, response, options, admission).catch((error: unknown) => {
      // The client aborted its upload: nobody waits for an answer, and nothing is wrong here.
      if (request.errored !== null) return;
      options.onFault('http', String(error));
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end('{"message":"Internal Server Error"}');
    });
  });
  await listen(server, options.port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // A client that keeps its connection busy must not keep the process alive.
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const message = `port ${port} is taken: stop what uses it, or start with --port N (0 = any free port)`;
      reject(explainPortInUse(error, message));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpFrontOptions,
  admission: Admission,
): Promise<void> {
  const fault = foreignRequestFault(request.headers);
  if (fault !== undefined) return refuse(request, response, 403, fault);
  const target = targetOf(request.url ?? '/');
  if (!target.path.startsWith('/')) {
    return refuse(request, response, 400, 'expected a path as the target of the request');
  }
  const body = await readBody(request);
  if (body === undefined) {
    return refuse(request, response, 413, 'Request Entity Too Large');
  }
  // Like API Gateway's routes: `/v1` itself is the publish URL of a publication of that name.
  const isApi =
    /^\/(?:v1|console)\/|^\/heroku\/(?:sso$|resources(?:$|\/))/.test(target.path) ||
    isConsoleAddress(target.path, request.method);
  if (!isApi) await admission.enter();
  const handler = isApi ? options.api : options.ingest;
  const event = toEvent(request, target, body);
  const result = await handler(event, lambdaContext(isApi ? 'api' : 'ingest', API_TIMEOUT_SECONDS));
  response.statusCode = result.statusCode ?? 200;
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  if (result.cookies !== undefined) response.setHeader('set-cookie', result.cookies);
  const text = result.body ?? '';
  const payload = result.isBase64Encoded === true ? base64Bytes(text) : Buffer.from(text, 'utf8');
  // For HEAD it would be the length of GET's answer, which was not computed.
  if (request.method !== 'HEAD') response.setHeader('content-length', payload.length);
  response.end(payload);
}

/** The address that people type. Publishing to an older publication of that name uses another method. */
function isConsoleAddress(path: string, method: string | undefined): boolean {
  return path === '/console' && (method === 'GET' || method === 'HEAD');
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  // The rest of the request is not read: the connection ends with the answer.
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message }));
}

/** undefined if the body exceeds API Gateway's limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes > BODY_BYTES_DRAINED_MAX) break;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  return bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks);
}

interface Target {
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
}

/**
 * Splits a request target in origin form, or in the absolute form that a proxy gets. Does not use `new URL`, which
 * reads a host out of `//` and resolves `..`: judging the path is up to the functions.
 */
function targetOf(text: string): Target {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i.exec(text) ?? [];
  return { path: path === '' ? '/' : path, query };
}

const TEXT_TYPE = /^(text\/|application\/(json|javascript|xml|.+\+json|.+\+xml|x-www-form-urlencoded))/i;

function toEvent(request: IncomingMessage, target: Target, body: Buffer): APIGatewayProxyEventV2 {
  const headers: Record<string, string> = {};
  // API Gateway joins the values of every repeated header; Node drops some of them.
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values !== undefined) headers[name] = values.join(',');
  }
  // Decoding would silently replace bytes that are not UTF-8, so they are passed on for the function to report.
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '') && isUtf8(body);
  const nowMs = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: target.path,
    rawQueryString: target.query,
    headers,
    ...(target.query === ''
      ? {}
      : { queryStringParameters: Object.fromEntries(new URLSearchParams(target.query)) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: target.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toISOString(),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}
