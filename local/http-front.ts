import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
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
  /** How deliveries get on: publishes leave them their share of the processor. */
  readonly deliveries?: () => Progress;
  readonly onFault: (functionName: string, message: string) => void;
}

export interface HttpFront {
  readonly port: number;
  close(): Promise<void>;
}

/** API Gateway's limit for a request body. */
const BODY_BYTES_MAX = 10 * 1024 * 1024;
/** A longer body is read to here, so that the client sees the answer and not a reset. */
const BODY_BYTES_DRAINED_MAX = 100 * 1024 * 1024;

/**
 * Plays API Gateway (HTTP API, payload format 2.0): `/v1/…` goes to the management API, all else to ingest. It is for this
 * machine's programs; web pages from elsewhere are refused.
 */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const admission = new Admission(options.deliveries ?? (() => ({ underWay: 0, ended: 0 })));
  const server = createServer((request, response) => {
    answer(request, response, options, admission).catch((error: unknown) => {
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
        // A client that keeps its connection busy does not keep the process.
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
  const url = targetOf(request);
  if (url === undefined)
    return refuse(request, response, 400, 'expected a path as the target of the request');
  const body = await readBody(request);
  if (body === undefined) {
    return refuse(request, response, 413, 'Request Entity Too Large');
  }
  const isApi = url.pathname === '/v1' || url.pathname.startsWith('/v1/');
  if (!isApi) await admission.enter();
  const handler = isApi ? options.api : options.ingest;
  const event = toEvent(request, url, body);
  const result = await handler(event, lambdaContext(isApi ? 'api' : 'ingest', API_TIMEOUT_SECONDS));
  response.statusCode = result.statusCode ?? 200;
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  const payload = Buffer.from(result.body ?? '', result.isBase64Encoded === true ? 'base64' : 'utf8');
  response.setHeader('content-length', payload.length);
  response.end(payload);
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  // What is still to come is not read: the connection ends with the answer.
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message }));
}

/** A path may begin with two slashes, and is no host for that. undefined when it is neither a path nor a URL. */
function targetOf({ url = '/' }: IncomingMessage): URL | undefined {
  const text = url.startsWith('/') ? `http://local${url}` : url;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** undefined when there is more than API Gateway would take. */
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

const TEXT_TYPE = /^(text\/|application\/(json|javascript|xml|.+\+json|.+\+xml|x-www-form-urlencoded))/i;

function toEvent(request: IncomingMessage, url: URL, body: Buffer): APIGatewayProxyEventV2 {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  // Bytes that are no UTF-8 would be replaced without a word: they go as they are, and the function says what is wrong.
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '') && isUtf8(body);
  const nowMs = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(url.search === '' ? {} : { queryStringParameters: Object.fromEntries(url.searchParams) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: url.pathname,
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
