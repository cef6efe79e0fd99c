import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { secretKey, signBySecret } from '../../../src/base/webhook-signature.ts';
import type { ListenedEvent } from './service.ts';

/** The outcome of one attempt. */
export type ForwardOutcome =
  | { readonly kind: 'taken'; readonly status: number; readonly durationMs: number }
  | {
      readonly kind: 'failed';
      /** Absent when there was no answer. */
      readonly status?: number | undefined;
      /** A text for people. */
      readonly reason: string;
      readonly durationMs: number;
    };

/** Enough of an error page to recognise it. */
const EXCERPT_CHARACTERS = 200;
/** The part of an answer that is read. */
const ANSWER_BYTES_MAX = 65_536;

/** Posts events to a URL with the same body, headers and signature as a webhook publication. */
export class Forwarder {
  readonly #url: URL;
  readonly #key: ReturnType<typeof secretKey>;
  readonly #timeoutMs: number;
  readonly #agent: HttpAgent;

  constructor(url: URL, secret: string, timeoutMs: number) {
    this.#url = url;
    this.#key = secretKey(secret);
    this.#timeoutMs = timeoutMs;
    this.#agent =
      url.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /** Never rejects. */
  post({ id, body, replayed_at: replayed }: ListenedEvent, signal: AbortSignal): Promise<ForwardOutcome> {
    const startedAtMs = Date.now();
    const timestamp = Math.floor(startedAtMs / 1_000);
    const headers = {
      'user-agent': 'Sluice',
      'content-type': 'application/cloudevents+json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signBySecret(this.#key, id, timestamp, body),
      ...(replayed !== undefined && { 'sluice-replayed': replayed }),
    };
    return this.#send(headers, body, signal, startedAtMs, false);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    headers: Readonly<Record<string, string | number>>,
    body: string,
    signal: AbortSignal,
    startedAtMs: number,
    isSecondTry: boolean,
  ): Promise<ForwardOutcome> {
    const durationMs = () => Date.now() - startedAtMs;
    return new Promise((resolve) => {
      const request = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
      const failed = (reason: string) => resolve({ kind: 'failed', reason, durationMs: durationMs() });
      const sent = request(this.#url, { method: 'POST', headers, agent: this.#agent, signal }, (answer) => {
        void this.#read(answer).then((text) => {
          clearTimeout(deadline);
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve({ kind: 'taken', status, durationMs: durationMs() });
          else resolve({ kind: 'failed', status, reason: reasonOf(status, text), durationMs: durationMs() });
        });
      });
      const deadline = setTimeout(() => {
        failed(`no answer within ${this.#timeoutMs / 1_000} s`);
        sent.destroy();
      }, this.#timeoutMs);
      sent.on('error', (error) => {
        clearTimeout(deadline);
        // The receiver closed a kept-alive connection, which says nothing about this event.
        if (sent.reusedSocket && !isSecondTry && codeOf(error) === 'ECONNRESET') {
          resolve(this.#send(headers, body, signal, startedAtMs, true));
        } else failed(networkReason(error, this.#url));
      });
      sent.end(body);
    });
  }

  /** Reads the beginning of the answer. If the connection breaks, it returns what arrived. */
  async #read(answer: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of answer) {
        const part = Buffer.from(chunk as Uint8Array);
        bytes += part.length;
        chunks.push(part);
        if (bytes > ANSWER_BYTES_MAX) break;
      }
    } catch {
      // The status is known, and the body is only for people.
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function reasonOf(status: number, answer: string): string {
  const excerpt = answer
    .replaceAll(/\p{C}+/gu, ' ')
    .slice(0, EXCERPT_CHARACTERS)
    .trim();
  const what =
    status === 410
      ? 'the receiver wants no more events: in production, this disables the publication'
      : status >= 300 && status < 400
        ? 'redirects are not followed'
        : status >= 500
          ? 'the receiver failed'
          : 'the receiver refused the event';
  return excerpt === '' ? what : `${what}: ${excerpt}`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function networkReason(error: Error, { host }: URL): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return `nothing listens on ${host}`;
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was closed before an answer came';
    case 'ENOTFOUND':
      return `the host name of ${host} is not known`;
    default:
      return error.message === '' ? (codeOf(error) ?? 'unknown error') : error.message;
  }
}
