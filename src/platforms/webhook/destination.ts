import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
// The agent alone. undici's index brings fetch, WebSocket, caches and mocks along, which would be a fifth of what a cold
// start of `deliver` loads.
import Agent from 'undici/lib/dispatcher/agent.js';
import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { stringifyJson } from '../../base/json.ts';
import { isJsonType, parseMediaType } from '../../base/media-type.ts';
import type {
  Destination,
  OutgoingEvent,
  SendFailure,
  SendOutcome,
} from '../../domain/deliveries/destination.ts';
import { type Event, parseEvent } from '../../domain/events/event.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import { type AddressPolicy, checkWebhookUrl } from './address.ts';
import { AppConnections, CONNECTION_WAIT_MS, CONNECTIONS_PER_APP } from './app-connections.ts';
import { connector, isOfStaleConnection } from './connection.ts';
import { INTERIM_BYTES_MAX } from './interim-answers.ts';
import { NameLookup } from './name-lookup.ts';
import { DnsResolver, LocalNameResolver, type NameResolver } from './name-resolver.ts';
import { sign, signingKey } from './signature.ts';
import type { WebhookPublication } from './target.ts';

export interface WebhookPorts {
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly addresses: AddressPolicy;
  /** The system's name servers unless given. */
  readonly resolver?: NameResolver;
}

/** Name, TCP and TLS; the rest of the timeout is the receiver's. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Answers are read up to here, so that the connection can be used again; a longer one closes it. */
const ANSWER_BYTES_MAX = 65_536;
const ANSWER_HEADER_BYTES_MAX = 16_384;
/** Enough of an error page to recognise it by. */
const ANSWER_EXCERPT_CHARACTERS = 200;
/** Many receivers, a few connections each: a slow receiver holds its own connections only. */
const CONNECTIONS_PER_ORIGIN = 64;
const KEEP_ALIVE_MS = 30_000;
const URL_LENGTH_ANY = Number.MAX_SAFE_INTEGER;
/** Apps whose connections are kept. */
const APPS_MAX = 1_000;
/** Prepared targets kept in memory. */
const TARGETS_MAX = 5_000;

/** What every delivery to one version of a publication has in common. */
interface Target {
  readonly version: number;
  readonly origin: string;
  readonly path: string;
  readonly key: KeyObject;
  readonly authorization: string | undefined;
}

export function webhookDestination({
  allowLoopback,
  ...ports
}: Omit<WebhookPorts, 'addresses'> & AddressPolicy): WebhookDestination {
  return new WebhookDestination({ ...ports, addresses: { allowLoopback } });
}

/** Sends CloudEvents by HTTP, signed as Standard Webhooks. No redirects, checked addresses only. */
export class WebhookDestination implements Destination<'webhook'> {
  /** One POST an event. */
  readonly batchMax = 1;
  readonly #ports: WebhookPorts;
  readonly #names: NameLookup;
  /** By app: the connections of one are not those of another, even to the same receiver. */
  readonly #agents: LRUCache<string, Agent>;
  readonly #targets = makeCache<Target>(TARGETS_MAX);

  constructor(ports: WebhookPorts) {
    this.#ports = ports;
    const { addresses, clock, resolver = systemResolver(addresses) } = ports;
    this.#names = new NameLookup({ addresses, clock, resolver });
    // What is under way on the connections of an app that makes room ends by itself.
    this.#agents = new LRUCache({ max: APPS_MAX, dispose: (agent) => void agent.close() });
  }

  async send(
    publication: WebhookPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const target = await this.#target(publication);
    if (!('key' in target)) return events.map(() => target);
    return Promise.all(events.map((event) => this.#post(publication, target, event)));
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #agentOf(appId: string): Agent {
    const known = this.#agents.get(appId);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: new AppConnections().limit(
        connector({ lookup: this.#names.forOneApp(), timeout: CONNECT_TIMEOUT_MS }),
      ),
      connections: CONNECTIONS_PER_ORIGIN,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: ANSWER_HEADER_BYTES_MAX,
      pipelining: 1,
    });
    this.#agents.set(appId, agent);
    return agent;
  }

  #post(publication: WebhookPublication, target: Target, event: OutgoingEvent): Promise<SendOutcome> {
    const startedAtMs = this.#ports.clock.now();
    const { body, headers } = requestOf(publication, event);
    const timestampSeconds = Math.floor(startedAtMs / 1_000);
    headers['webhook-id'] = event.deliveryId;
    headers['webhook-timestamp'] = String(timestampSeconds);
    headers['webhook-signature'] = sign(target.key, event.deliveryId, timestampSeconds, body);
    headers['user-agent'] = 'Sluice';
    if (target.authorization !== undefined) headers['authorization'] = target.authorization;
    const { origin, path } = target;
    const agent = this.#agentOf(publication.appId);
    return new Promise((resolve) => {
      const send = () => {
        agent.dispatch({ origin, path, method: 'POST', headers, body }, exchange);
      };
      const exchange = new Exchange(publication, startedAtMs, this.#ports.clock, resolve, send);
      send();
    });
  }

  async #target(publication: WebhookPublication): Promise<Target | SendOutcome> {
    const cached = this.#targets.get(publication.id);
    if (cached?.version === publication.version) return cached;
    // Checked at creation too; what was allowed there (loopback) may not be allowed here.
    const check = checkWebhookUrl(publication.url, this.#ports.addresses, URL_LENGTH_ANY);
    if (!check.ok)
      return { kind: 'retry', errorId: 'address-not-allowed', message: check.message, durationMs: 0 };
    const context = { appId: publication.appId, resourceId: publication.id };
    const { signingSecret, token } = publication.secrets;
    const target: Target = {
      version: publication.version,
      origin: check.url.origin,
      path: `${check.url.pathname}${check.url.search}`,
      key: signingKey(
        await this.#ports.secrets.decrypt(signingSecret, { ...context, secret: 'signingSecret' }),
      ),
      authorization:
        token === undefined
          ? undefined
          : `Bearer ${await this.#ports.secrets.decrypt(token, { ...context, secret: 'token' })}`,
    };
    this.#targets.set(publication.id, target);
    return target;
  }
}

/**
 * One attempt, from the request to the end of the answer. Handles undici's events itself: `request()` makes a readable
 * stream and an abort signal for each attempt, which cost as much as the attempt.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #publication: WebhookPublication;
  readonly #startedAtMs: number;
  readonly #clock: Clock;
  readonly #settle: (outcome: SendOutcome) => void;
  readonly #sendAgain: () => void;
  #sentAgain = false;
  /** One deadline for all of it: a receiver that drips bytes does not hold the worker longer. */
  readonly #deadline: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #timedOut = false;
  #status = 0;
  #retryAfter: string | undefined;
  #answerBytes = 0;
  #excerpt = '';
  /** Nobody can read the body of the answer as it comes. We ask for no coding. */
  #isEncoded = false;

  constructor(
    publication: WebhookPublication,
    startedAtMs: number,
    clock: Clock,
    settle: (outcome: SendOutcome) => void,
    sendAgain: () => void,
  ) {
    this.#sendAgain = sendAgain;
    this.#publication = publication;
    this.#startedAtMs = startedAtMs;
    this.#clock = clock;
    this.#settle = settle;
    this.#deadline = setTimeout(() => this.#onDeadline(), publication.timeoutSeconds * 1_000);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#timedOut) controller.abort(new Error('the time was up before the request began'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Early hints and the like, over HTTP/2: the answer is still to come.
    if (status < 200) return;
    this.#status = status;
    this.#isEncoded = (headers['content-encoding'] ?? 'identity') !== 'identity';
    const retryAfter = headers['retry-after'];
    this.#retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
    // The receiver has taken the event: what becomes of the rest of its answer cannot change that.
    if (isTaken(status)) this.#settle({ kind: 'delivered', status, durationMs: this.#durationMs() });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answerBytes += chunk.length;
    const isWanted = !isTaken(this.#status) && !this.#isEncoded;
    if (isWanted && this.#excerpt.length < ANSWER_EXCERPT_CHARACTERS) {
      this.#excerpt += chunk.toString('utf8', 0, ANSWER_EXCERPT_CHARACTERS);
    }
    if (this.#answerBytes > ANSWER_BYTES_MAX) controller.abort(new Error('the answer is too long'));
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // With a status the answer is known; a torn body only shortens the excerpt.
    if (this.#status !== 0) {
      this.#end();
      return;
    }
    if (isOfStaleConnection(error) && !this.#sentAgain && !this.#timedOut) {
      this.#sentAgain = true;
      this.#sendAgain();
      return;
    }
    clearTimeout(this.#deadline);
    this.#settle({
      kind: 'retry',
      ...networkFailure(error, this.#publication),
      durationMs: this.#durationMs(),
    });
  }

  #onDeadline(): void {
    this.#timedOut = true;
    // With a status, the abort below ends the answer; without, the attempt ends here, even if it never got a connection.
    if (this.#status === 0) {
      const { timeoutSeconds } = this.#publication;
      const message = `expected an answer within ${timeoutSeconds} s, found none`;
      this.#settle({ kind: 'retry', errorId: 'timeout', message, durationMs: this.#durationMs() });
    }
    this.#controller?.abort(new Error('the time is up'));
  }

  #end(): void {
    clearTimeout(this.#deadline);
    const status = this.#status;
    if (isTaken(status)) return;
    const excerpt = this.#excerpt
      .replace(/\p{C}+/gu, ' ')
      .slice(0, ANSWER_EXCERPT_CHARACTERS)
      .trim();
    const failure: SendFailure = {
      errorId: `http-${status}`,
      message: `${explanation(status)}${excerpt === '' ? '' : `: ${excerpt}`}`,
      status,
      durationMs: this.#durationMs(),
    };
    this.#settle(
      status === 410
        ? { kind: 'disabled', ...failure }
        : { kind: 'retry', ...failure, retryAfterMs: retryAfterMs(this.#retryAfter, this.#clock.now()) },
    );
  }

  #durationMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

interface WebhookRequest {
  readonly body: string | Buffer;
  readonly headers: Record<string, string>;
}

function requestOf({ contentMode }: WebhookPublication, { eventJson }: OutgoingEvent): WebhookRequest {
  if (contentMode === 'structured') {
    // Without a charset: JSON is UTF-8, and the CloudEvents SDK for JavaScript knows some spellings of it only.
    return { body: eventJson, headers: { 'content-type': 'application/cloudevents+json' } };
  }
  return binaryRequest(parseEvent(eventJson));
}

/** CloudEvents HTTP binding, binary mode: attributes as headers, the data as it is as the body. */
function binaryRequest({ data, data_base64, datacontenttype, ...attributes }: Event): WebhookRequest {
  const hasData = data !== undefined || data_base64 !== undefined;
  const contentType = datacontenttype ?? (hasData ? 'application/json' : undefined);
  const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) headers[`ce-${name}`] = encodeAttribute(String(value));
  }
  if (data_base64 !== undefined) return { body: Buffer.from(data_base64, 'base64'), headers };
  if (data === undefined) return { body: '', headers };
  // In a text of another type the data is the text itself, not a JSON string.
  const mediaType = parseMediaType(contentType ?? '');
  const isText = typeof data === 'string' && !(mediaType !== undefined && isJsonType(mediaType));
  return { body: isText ? data : stringifyJson(data), headers };
}

/** CloudEvents HTTP binding: header values are printable ASCII; space, `"`, `%` and all else is percent-encoded UTF-8. */
function encodeAttribute(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x7e]+/g, (run) =>
    [...Buffer.from(run, 'utf8')]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function explanation(status: number): string {
  if (status >= 300 && status < 400)
    return `expected an answer 2xx, found ${status}: redirects are not followed`;
  if (status === 410)
    return 'the receiver answered 410: it wants no more events, and the publication was disabled';
  if (status === 408 || status === 425 || status === 429)
    return `the receiver asked to try later (${status})`;
  if (status >= 500) return `the receiver failed with ${status}`;
  return `the receiver refused the event with ${status}: look at its log`;
}

/** Milliseconds of a `Retry-After` in seconds or as an HTTP date; undefined when there is none or it makes no sense. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

const NETWORK_FAILURES: Readonly<Record<string, { readonly id: string; readonly text: string }>> = {
  ECONNREFUSED: { id: 'connection-refused', text: 'nothing listens there (connection refused)' },
  ECONNRESET: { id: 'connection-reset', text: 'the connection was reset' },
  UND_ERR_SOCKET: { id: 'connection-closed', text: 'the connection was closed before an answer came' },
  EPIPE: { id: 'connection-reset', text: 'the connection was reset' },
  ANSWER_SWITCHES_PROTOCOL: {
    id: 'not-http',
    text: 'it answered 101 Switching Protocols, which nobody asked for',
  },
  ANSWER_INTERIM_OVERFLOW: {
    id: 'answer-headers-too-large',
    text: `more than ${INTERIM_BYTES_MAX} bytes of 1xx answers came before the answer`,
  },
  NAME_NOT_FOUND: { id: 'name-not-found', text: 'the host name does not exist' },
  NAME_NOT_RESOLVED: { id: 'name-not-resolved', text: 'the host name could not be resolved' },
  CONNECTIONS_BUSY: {
    id: 'connections-busy',
    text: `all ${CONNECTIONS_PER_APP} connections of the app waited for slow receivers for ${CONNECTION_WAIT_MS / 1_000} s`,
  },
  ETIMEDOUT: { id: 'connect-timeout', text: 'no connection within the time' },
  UND_ERR_CONNECT_TIMEOUT: {
    id: 'connect-timeout',
    text: `no connection within ${CONNECT_TIMEOUT_MS / 1_000} s`,
  },
  EHOSTUNREACH: { id: 'host-unreachable', text: 'the host cannot be reached' },
  ENETUNREACH: { id: 'host-unreachable', text: 'the host cannot be reached' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    id: 'tls-failed',
    text: 'what listens there does not speak TLS (is it http, or another port?)',
  },
  HTTP_PARSER: { id: 'not-http', text: 'what listens there does not answer in HTTP' },
  UND_ERR_HEADERS_OVERFLOW: {
    id: 'answer-headers-too-large',
    text: `the headers of the answer are too large (over ${ANSWER_HEADER_BYTES_MAX} bytes)`,
  },
  ADDRESS_NOT_PUBLIC: {
    id: 'address-not-public',
    text: 'the host name leads to an address that is not public',
  },
};

function networkFailure(error: unknown, publication: WebhookPublication) {
  const code = errorCode(error);
  const known = code === undefined ? undefined : NETWORK_FAILURES[code];
  if (known !== undefined)
    return { errorId: known.id, message: `expected to reach ${publication.url}: ${known.text}` };
  const isTls = code !== undefined && TLS_CODE.test(code);
  return {
    errorId: isTls ? 'tls-failed' : 'network-error',
    message: `expected to reach ${publication.url}, found ${error instanceof Error ? firstClause(error.message) : String(error)}`,
  };
}

/** OpenSSL's and Node's codes for what is wrong with a certificate or with TLS itself. */
const TLS_CODE = /CERT|TLS|SSL|EPROTO|SELF_SIGNED|ALTNAME|VERIFY_LEAF/;

/** Node adds advice for who runs it, which is not who reads this. */
function firstClause(message: string): string {
  return message.split(';', 1)[0] ?? '';
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Its code, if it has one, is of the parser's inner workings. By name, because the bundle has little of undici.
  if (error.name === 'HTTPParserError') return 'HTTP_PARSER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}

function systemResolver({ allowLoopback }: AddressPolicy): NameResolver {
  const nameServers = new DnsResolver();
  return allowLoopback ? new LocalNameResolver(nameServers) : nameServers;
}
