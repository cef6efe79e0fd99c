import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { SendMessageBatchCommand, type SendMessageBatchRequest, type SQSClient } from '@aws-sdk/client-sqs';
import { isJsonObject } from '../../base/json.ts';
import { signedHeaders } from './signed-request.ts';

/** Which messages of a batch were accepted and which were not; a message in neither list was not. */
export interface BatchResult {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?:
    | readonly {
        readonly Id?: string | undefined;
        readonly Code?: string | undefined;
        readonly Message?: string | undefined;
      }[]
    | undefined;
}

/** The trace of the invocation, in the form of the header `X-Amzn-Trace-Id`. */
export type CurrentTrace = () => string | undefined;

const TARGET = 'AmazonSQS.SendMessageBatch';
const SOCKETS_MAX = 100;
/** SQS accepts a connection in milliseconds; one that hangs is worth replacing. */
const CONNECT_MS_MAX = 1_000;
/** A socket that is silent for this long is abandoned; a full batch is 1 MiB. */
const SILENCE_MS_MAX = 10_000;
/** A response names at most ten messages. */
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Sends batches to one queue at a quarter of the cost of an SDK request: every publish makes this one request, and the
 * SDK's work was most of a publish (docs/decisions/0016-our-own-send.md). The first try is signed and sent here.
 * Anything but a plain success is left to the SDK, which sends again; the caller then gets the SDK's errors, waits and
 * corrections of a wrong clock. A repeat is recognised by its id.
 */
export class SqsBatchSender {
  readonly #client: SQSClient;
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX }),
  };
  readonly #queueUrl: string;
  readonly #currentTrace: CurrentTrace | undefined;
  #host: Promise<URL> | undefined;

  /**
   * @param currentTrace absent if nothing is traced; SQS stores it with each message, and Lambda continues the trace
   * from there
   */
  constructor(client: SQSClient, queueUrl: string, currentTrace?: CurrentTrace) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#currentTrace = currentTrace;
  }

  /** Throws what the SDK throws. */
  async send(request: SendMessageBatchRequest): Promise<BatchResult> {
    return (await this.#firstTry(request)) ?? this.#client.send(new SendMessageBatchCommand(request));
  }

  /** Undefined if it did not succeed: then nothing is known to be queued. */
  async #firstTry(request: SendMessageBatchRequest): Promise<BatchResult | undefined> {
    const { credentials, region } = this.#client.config;
    try {
      // Computed here, so that an invalid URL fails the send and not the process.
      this.#host ??= hostOf(this.#client, this.#queueUrl);
      const url = await this.#host;
      const body = JSON.stringify(request);
      const headers = signedHeaders(TARGET, body, {
        host: url.host,
        region: await region(),
        credentials: await credentials(),
        at: new Date(),
      });
      const trace = this.#currentTrace?.();
      // As in the SDK, the header is not part of the signature.
      if (trace !== undefined) headers['x-amzn-trace-id'] = trace;
      return resultOf(await this.#post(url, headers, body));
    } catch {
      // Without credentials, without a connection, or after a truncated response, the SDK meets the same error or
      // recovers, and reports it.
      return undefined;
    }
  }

  /** Resolves with the body of a response with status 200; rejects for any other response, and without one. */
  #post(url: URL, headers: Record<string, string>, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const isTls = url.protocol === 'https:';
      const request = (isTls ? https : http).request({
        agent: isTls ? this.#agents['https:'] : this.#agents['http:'],
        host: url.hostname,
        port: url.port,
        method: 'POST',
        path: '/',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        timeout: SILENCE_MS_MAX,
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${SILENCE_MS_MAX} ms`)));
      request.on('socket', (socket) => {
        if (socket.connecting) limitConnecting(socket, request);
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) request.destroy(new Error('expected a shorter answer'));
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString());
          else reject(new Error(`expected status 200, found ${response.statusCode}`));
        });
      });
      request.end(body);
    });
  }
}

function limitConnecting(socket: Socket, request: http.ClientRequest): void {
  const timer = setTimeout(
    () => request.destroy(new Error(`no connection within ${CONNECT_MS_MAX} ms`)),
    CONNECT_MS_MAX,
  );
  const end = () => clearTimeout(timer);
  socket.once('connect', end).once('close', end);
}

/** The host that the SDK would use: that of its endpoint, if one is set, otherwise that of the queue's URL. */
async function hostOf({ config }: SQSClient, queueUrl: string): Promise<URL> {
  if (config.endpoint === undefined) return new URL(queueUrl);
  const { protocol, hostname, port } = await config.endpoint();
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
}

/** The part of the response that tells which messages were accepted; undefined if it has no such part. */
function resultOf(answer: string): BatchResult | undefined {
  const value: unknown = JSON.parse(answer);
  if (!isJsonObject(value)) return undefined;
  const { Successful = [], Failed = [] } = value;
  if (!isListOfObjects(Successful) || !isListOfObjects(Failed)) return undefined;
  return {
    Successful: Successful.map(({ Id }) => ({ Id: String(Id) })),
    Failed: Failed.map(({ Id, Code, Message }) => ({
      Id: String(Id),
      Code: String(Code),
      Message: Message === undefined ? undefined : String(Message),
    })),
  };
}

function isListOfObjects(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isJsonObject);
}
