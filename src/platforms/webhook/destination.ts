import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { base64Bytes } from '../../base/base64.ts';
import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { parseRetryAfterMs } from '../../base/http-date.ts';
import { stableId } from '../../base/ids.ts';
import { stringifyJson } from '../../base/json.ts';
import { isJsonType, parseMediaType } from '../../base/media-type.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import { traceContext } from '../../base/trace-context.ts';
import { unreachable } from '../../base/unreachable.ts';
import { beginningOfUtf8 } from '../../base/utf8.ts';
import {
  ANSWER_KEPT_BYTES_MAX,
  type Destination,
  type OutgoingEvent,
  type SendFailure,
  type SendOutcome,
} from '../../domain/deliveries/destination.ts';
import { type Event, parseEvent } from '../../domain/events/event.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import { checkWebhookUrl } from '../outbound/address.ts';
import { CONNECTION_WAIT_MS, CONNECTIONS_PER_APP } from '../outbound/app-connections.ts';
import { isOfStaleConnection } from '../outbound/connection.ts';
import { encodeAttribute } from '../outbound/encode-attribute.ts';
import {
  ANSWER_HEADER_BYTES_MAX,
  CONNECT_TIMEOUT_MS,
  GuardedAgents,
  type GuardPorts,
} from '../outbound/guarded-agents.ts';
import { INTERIM_BYTES_MAX } from '../outbound/interim-answers.ts';
import { ClientCredentials, type TokenAnswer, type TokenClient } from './client-credentials.ts';
import { parseCustomHeaders } from './custom-headers.ts';
import { EventBatches, sendSplitting } from './event-batches.ts';
import { Handshakes } from './handshake.ts';
import { judgeRefusedClient } from './refused-client.ts';
import { CONTENT_TYPES, USER_AGENT } from './request-headers.ts';
import { RequestTurns } from './request-turns.ts';
import { type SigningKey, sign, signingKey } from './signature.ts';
import type { WebhookPublication } from './target.ts';

export interface WebhookPorts extends GuardPorts {
  readonly secrets: SecretBox;
  /** Defaults to the system's timers. They measure how long an event waits for its batch. */
  readonly timers?: Timers;
}

/** Turns the client's own time limits off, since `Exchange` limits the whole attempt. */
const OWN_DEADLINE = { headersTimeout: 0, bodyTimeout: 0 };
/** Answers are read up to this size, so that the connection can be reused; a longer answer closes it. */
const ANSWER_BYTES_MAX = 65_536;
/** Enough to recognise an error page by. */
const ANSWER_EXCERPT_CHARACTERS = 200;
const URL_LENGTH_ANY = Number.MAX_SAFE_INTEGER;
/** Prepared targets cached in memory. */
const TARGETS_MAX = 5_000;

/** What all deliveries to one version of a publication share. */
interface Target {
  readonly version: number;
  readonly origin: string;
  readonly path: string;
  readonly keys: readonly KeyUntil[];
  /** Those that all requests share. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present if each request needs a token of OAuth. */
  readonly client?: TokenClient | undefined;
}

/** The key of a former secret signs until its grace period ends. */
interface KeyUntil {
  readonly key: SigningKey;
  readonly untilMs: number;
}

export function webhookDestination(ports: WebhookPorts): WebhookDestination {
  return new WebhookDestination(ports);
}

/**
 * Sends CloudEvents over HTTP, signed as Standard Webhooks. Follows no redirects and connects to checked addresses
 * only.
 */
export class WebhookDestination implements Destination<'webhook'> {
  /** Batches are gathered in this class, so that they may hold events of several calls. */
  readonly batchMax = 1;
  readonly #ports: WebhookPorts;
  readonly #timers: Timers;
  readonly #agents: GuardedAgents;
  readonly #tokens: ClientCredentials;
  readonly #batches: EventBatches;
  readonly #turns: RequestTurns;
  readonly #handshakes: Handshakes;
  readonly #targets = makeCache<Target>(TARGETS_MAX);

  constructor(ports: WebhookPorts) {
    this.#ports = ports;
    this.#timers = ports.timers ?? systemTimers;
    this.#agents = new GuardedAgents(ports);
    this.#tokens = new ClientCredentials(ports.clock);
    this.#batches = new EventBatches(this.#timers);
    this.#turns = new RequestTurns(this.#timers);
    this.#handshakes = new Handshakes(ports.clock);
  }

  send(publication: WebhookPublication, events: readonly OutgoingEvent[]): Promise<readonly SendOutcome[]> {
    const target = this.#cached(publication);
    // Nearly every event goes this way, so it has no promises of its own.
    if (target !== undefined && target.client === undefined && publication.handshakeOrigin === undefined) {
      return this.#sendTo(target, publication, events);
    }
    return this.#prepareAndSend(publication, events);
  }

  async #prepareAndSend(
    publication: WebhookPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const target = await this.#target(publication);
    if (!('keys' in target)) return events.map(() => target);
    const refusal = publication.handshakeOrigin === undefined ? undefined : await this.#refusal(publication);
    if (refusal !== undefined) return events.map(() => refusal);
    const outcomes = await this.#sendTo(target, publication, events);
    if (target.client === undefined) return outcomes;
    return events.map((event, index) => judgeRefusedClient(publication, event, outcomes[index]));
  }

  /** Undefined if the receiver agrees to receive events. */
  async #refusal({
    id,
    appId,
    version,
    url,
    handshakeOrigin = '',
  }: WebhookPublication): Promise<SendOutcome | undefined> {
    const startedAtMs = this.#timers.elapsedMs();
    const consent = await this.#handshakes.consent({
      key: `${id} ${version}`,
      url,
      origin: handshakeOrigin,
      agent: () => this.#agents.of(appId),
    });
    if (consent.kind === 'given') return undefined;
    const { errorId, message } = consent;
    return { kind: 'retry', errorId, message, durationMs: this.#timers.elapsedMs() - startedAtMs };
  }

  #sendTo(
    target: Target,
    publication: WebhookPublication,
    events: readonly OutgoingEvent[],
  ): Promise<readonly SendOutcome[]> {
    const { batch } = publication;
    if (publication.contentMode !== 'batch' || batch === undefined) {
      const post = (event: OutgoingEvent) =>
        this.#postInTurn(publication, target, requestOf(publication, event), isRetry(event));
      const [first] = events;
      // The pipeline sends one at a time, and `Promise.all` of one costs a microsecond.
      if (first !== undefined && events.length === 1) return post(first).then((outcome) => [outcome]);
      return Promise.all(events.map(post));
    }
    const sendBatch = (together: readonly OutgoingEvent[]) =>
      sendSplitting(
        together,
        (some) => this.#postInTurn(publication, target, batchRequest(some), some.some(isRetry)),
        () => this.#timers.elapsedMs(),
      );
    const key = `${publication.id} ${publication.version}`;
    return Promise.all(events.map((event) => this.#batches.add(key, batch, event, sendBatch)));
  }

  /** Sends the waiting batches, then closes the connections. */
  async close(): Promise<void> {
    this.#batches.flush();
    await this.#agents.close();
  }

  /** Waits for a turn if the publication limits its concurrency. */
  #postInTurn(
    publication: WebhookPublication,
    target: Target,
    request: WebhookRequest,
    keepsAnswer: boolean,
  ): Promise<SendOutcome> {
    const { concurrency } = publication;
    const post = () => this.#post(publication, target, request, keepsAnswer);
    return concurrency === undefined ? post() : this.#takeTurn(publication.id, concurrency, post);
  }

  async #takeTurn(id: string, concurrency: number, post: () => Promise<SendOutcome>): Promise<SendOutcome> {
    const turn = await this.#turns.run(id, concurrency, post);
    if (turn.kind === 'done') return turn.value;
    return { kind: 'delayed', untilMs: this.#ports.clock.now() + turn.afterMs, durationMs: 0 };
  }

  /**
   * @param keepsAnswer keeps the answer of a successful attempt too; nothing is stored for a first attempt that
   * succeeds
   */
  #post(
    publication: WebhookPublication,
    target: Target,
    request: WebhookRequest,
    keepsAnswer: boolean,
  ): Promise<SendOutcome> {
    const timeoutMs = publication.timeoutSeconds * 1_000;
    const { client } = target;
    if (client === undefined) return this.#exchange(publication, target, request, { timeoutMs, keepsAnswer });
    const send: Send = (token, leftMs) =>
      this.#exchange(publication, target, request, { token, timeoutMs: leftMs, keepsAnswer });
    return this.#postWithToken(client, send, timeoutMs);
  }

  async #postWithToken(client: TokenClient, send: Send, timeoutMs: number): Promise<SendOutcome> {
    const startedAtMs = this.#timers.elapsedMs();
    const first = await this.#tokens.token(client);
    if (first.kind === 'failed') return withoutToken(first, this.#timers.elapsedMs() - startedAtMs);
    const outcome = await send(first.token, timeoutMs);
    const leftMs = () => timeoutMs - (this.#timers.elapsedMs() - startedAtMs);
    if (outcome.status !== 401 || leftMs() <= 0) return outcome;
    // The token may have been revoked early: one other token is tried, within the time of the same attempt.
    const second = await this.#tokens.token(client, first.token);
    if (second.kind === 'failed' || second.token === first.token || leftMs() <= 0) return outcome;
    return send(second.token, leftMs());
  }

  #exchange(
    publication: WebhookPublication,
    target: Target,
    { id, body, headers: ownHeaders }: WebhookRequest,
    { token, timeoutMs, keepsAnswer }: ExchangeSettings,
  ): Promise<SendOutcome> {
    const startedAtMs = this.#ports.clock.now();
    const timestampSeconds = Math.floor(startedAtMs / 1_000);
    const headers: Record<string, string> = {
      ...target.headers,
      ...ownHeaders,
      'webhook-id': id,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signatures(target.keys, startedAtMs, id, timestampSeconds, body),
    };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const { origin, path } = target;
    const agent = this.#agents.of(publication.appId);
    return new Promise((resolve) => {
      const send = () => {
        agent.dispatch({ origin, path, method: 'POST', headers, body, ...OWN_DEADLINE }, exchange);
      };
      const exchange = new Exchange({
        url: publication.url,
        timeoutMs,
        keepsAnswer,
        startedAtMs,
        clock: this.#ports.clock,
        settle: resolve,
        sendAgain: send,
      });
      send();
    });
  }

  #cached({ id, version }: WebhookPublication): Target | undefined {
    const target = this.#targets.get(id);
    return target?.version === version ? target : undefined;
  }

  async #target(publication: WebhookPublication): Promise<Target | SendOutcome> {
    const cached = this.#cached(publication);
    if (cached !== undefined) return cached;
    // Also checked at creation, but what was allowed there (loopback) may not be allowed here.
    const check = checkWebhookUrl(publication.url, this.#ports.addresses, URL_LENGTH_ANY);
    if (!check.ok)
      return { kind: 'retry', errorId: 'address-not-allowed', message: check.message, durationMs: 0 };
    const { secrets } = publication;
    const open: OpenSecret = (ciphertext, secret) =>
      this.#ports.secrets.decrypt(ciphertext, {
        appId: publication.appId,
        resourceId: publication.id,
        secret,
      });
    const keyOf = async (secret: string, untilMs: number): Promise<KeyUntil> => ({
      key: signingKey(await open(secret, 'signingSecret')),
      untilMs,
    });
    const target: Target = {
      version: publication.version,
      origin: check.url.origin,
      path: `${check.url.pathname}${check.url.search}`,
      keys: await Promise.all([
        keyOf(secrets.signingSecret, Number.POSITIVE_INFINITY),
        ...(secrets.formerSigningSecrets ?? []).map(({ secret, untilMs }) => keyOf(secret, untilMs)),
      ]),
      headers: await this.#headers(publication, open),
      client: await this.#client(publication, open),
    };
    this.#targets.set(publication.id, target);
    return target;
  }

  async #headers(
    { contentMode, handshakeOrigin, authentication, secrets }: WebhookPublication,
    open: OpenSecret,
  ): Promise<Readonly<Record<string, string>>> {
    const headers: Record<string, string> = { 'user-agent': USER_AGENT };
    if (secrets.headers !== undefined) {
      const custom = parseCustomHeaders(await open(secrets.headers, 'headers'));
      for (const { name, value } of custom) headers[name.toLowerCase()] = value;
    }
    const contentType = CONTENT_TYPES[contentMode];
    if (contentType !== undefined) headers['content-type'] = contentType;
    const { token, password = '' } = secrets;
    switch (authentication?.kind) {
      case undefined:
        if (token !== undefined) headers['authorization'] = `Bearer ${await open(token, 'token')}`;
        break;
      case 'basic': {
        const login = Buffer.from(`${authentication.user}:${await open(password, 'password')}`);
        headers['authorization'] = `Basic ${login.toString('base64')}`;
        break;
      }
      case 'oauth':
        // Its token expires, so each request gets its own: see `#client`.
        break;
      default:
        unreachable(authentication);
    }
    if (handshakeOrigin !== undefined) headers['webhook-request-origin'] = handshakeOrigin;
    return headers;
  }

  async #client(
    { id, appId, version, authentication, secrets }: WebhookPublication,
    open: OpenSecret,
  ): Promise<TokenClient | undefined> {
    if (authentication?.kind !== 'oauth') return undefined;
    return {
      key: `${id} ${version}`,
      settings: authentication,
      clientSecret: await open(secrets.clientSecret ?? '', 'clientSecret'),
      agent: () => this.#agents.of(appId),
    };
  }
}

type OpenSecret = (ciphertext: string, secret: string) => Promise<string>;

/** Makes one request with this token. */
type Send = (token: string, timeoutMs: number) => Promise<SendOutcome>;

interface ExchangeSettings {
  readonly token?: string;
  readonly timeoutMs: number;
  readonly keepsAnswer: boolean;
}

interface ExchangeOptions extends Omit<ExchangeSettings, 'token'> {
  readonly url: string;
  readonly startedAtMs: number;
  readonly clock: Clock;
  readonly settle: (outcome: SendOutcome) => void;
  readonly sendAgain: () => void;
}

/**
 * One attempt, from the request to the end of the answer. Handles undici's events itself, because `request()` creates a
 * readable stream and an abort signal per attempt, which cost as much as the attempt.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  #sentAgain = false;
  /** One deadline for the whole attempt: a receiver that drips bytes does not hold the worker longer. */
  readonly #deadline: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #timedOut = false;
  #status = 0;
  #retryAfter: string | undefined;
  #answerBytes = 0;
  readonly #answer: Buffer[] = [];
  /** The body is compressed although we ask for no content coding, so its excerpt would be unreadable. */
  #isEncoded = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#deadline = setTimeout(() => this.#onDeadline(), options.timeoutMs);
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
    // Early hints and similar, over HTTP/2: the final answer is still to come.
    if (status < 200) return;
    this.#status = status;
    this.#isEncoded = (headers['content-encoding'] ?? 'identity') !== 'identity';
    const retryAfter = headers['retry-after'];
    this.#retryAfter = Array.isArray(retryAfter) ? retryAfter[0] : retryAfter;
    // The receiver has accepted the event; the rest of its answer cannot change that.
    if (isTaken(status) && !this.#options.keepsAnswer) {
      this.#options.settle({ kind: 'delivered', status, durationMs: this.#durationMs() });
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isEncoded && this.#answerBytes < ANSWER_KEPT_BYTES_MAX) this.#answer.push(chunk);
    this.#answerBytes += chunk.length;
    if (this.#answerBytes > ANSWER_BYTES_MAX) controller.abort(new Error('the answer is too long'));
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // With a status, the outcome is known; a truncated body only shortens the excerpt.
    if (this.#status !== 0) {
      this.#end();
      return;
    }
    if (isOfStaleConnection(error) && !this.#sentAgain && !this.#timedOut) {
      this.#sentAgain = true;
      this.#options.sendAgain();
      return;
    }
    clearTimeout(this.#deadline);
    this.#options.settle({
      kind: 'retry',
      ...networkFailure(error, this.#options.url),
      durationMs: this.#durationMs(),
    });
  }

  #onDeadline(): void {
    this.#timedOut = true;
    // With a status, the abort below ends the answer. Without one, the attempt ends here, even if it never got a
    // connection.
    if (this.#status === 0) {
      const message = `expected an answer within ${this.#options.timeoutMs / 1_000} s, found none`;
      this.#options.settle({ kind: 'retry', errorId: 'timeout', message, durationMs: this.#durationMs() });
    }
    this.#controller?.abort(new Error('the time is up'));
  }

  #end(): void {
    clearTimeout(this.#deadline);
    const status = this.#status;
    const { settle, keepsAnswer, clock } = this.#options;
    const durationMs = this.#durationMs();
    if (isTaken(status)) {
      if (keepsAnswer) settle({ kind: 'delivered', status, durationMs, answer: this.#answerText() });
      return;
    }
    const answer = this.#answerText();
    const excerpt = (answer ?? '')
      .replace(/\p{C}+/gu, ' ')
      .slice(0, ANSWER_EXCERPT_CHARACTERS)
      .trim();
    const failure: SendFailure = {
      errorId: `http-${status}`,
      message: `${explanation(status)}${excerpt === '' ? '' : `: ${excerpt}`}`,
      status,
      durationMs,
      answer,
    };
    settle(
      status === 410
        ? { kind: 'disabled', ...failure }
        : {
            kind: 'retry',
            ...failure,
            retryAfterMs: parseRetryAfterMs(this.#retryAfter ?? '', clock.now()),
          },
    );
  }

  #answerText(): string | undefined {
    const text = beginningOfUtf8(Buffer.concat(this.#answer), ANSWER_KEPT_BYTES_MAX);
    return text === '' ? undefined : text;
  }

  #durationMs(): number {
    return this.#options.clock.now() - this.#options.startedAtMs;
  }
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

function isRetry({ record }: OutgoingEvent): boolean {
  return record !== undefined;
}

function withoutToken(
  { errorId, message, retryAfterMs: waitMs }: Extract<TokenAnswer, { kind: 'failed' }>,
  durationMs: number,
): SendOutcome {
  return { kind: 'retry', errorId, message, retryAfterMs: waitMs, durationMs };
}

/** The value of `webhook-signature`: one signature for each key that has not expired. */
function signatures(
  keys: readonly KeyUntil[],
  nowMs: number,
  id: string,
  timestampSeconds: number,
  body: string | Buffer,
): string {
  let value = '';
  for (const { key, untilMs } of keys) {
    if (untilMs <= nowMs) continue;
    const signature = sign(key, id, timestampSeconds, body);
    value = value === '' ? signature : `${value} ${signature}`;
  }
  return value;
}

interface WebhookRequest {
  /** The request's id, which a repetition reuses. */
  readonly id: string;
  readonly body: string | Buffer;
  /** Those that it does not share with the other requests of its publication. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

function requestOf(
  { contentMode }: WebhookPublication,
  { deliveryId: id, eventJson, replayed }: OutgoingEvent,
): WebhookRequest {
  const { body, headers }: Omit<WebhookRequest, 'id'> =
    contentMode === 'binary' ? binaryRequest(parseEvent(eventJson)) : { body: eventJson };
  const traced = traceHeaders(eventJson);
  if (traced === undefined && replayed === undefined) return { id, body, headers };
  const replay = replayed === undefined ? {} : { 'sluice-replayed': replayed };
  return { id, body, headers: { ...headers, ...traced, ...replay } };
}

/**
 * Puts the event's trace where the receiver's instrumentation looks for it. Without a trace, it costs one text search.
 */
function traceHeaders(eventJson: string): Readonly<Record<string, string>> | undefined {
  // Omits the first quotation mark, at which a search would stop again and again.
  if (!eventJson.includes('traceparent":')) return undefined;
  const { traceparent, tracestate } = parseEvent(eventJson);
  return { ...traceContext(traceparent, tracestate) };
}

/** CloudEvents HTTP binding, batched mode. The same deliveries in the same order give the same batch id. */
function batchRequest(events: readonly OutgoingEvent[]): WebhookRequest {
  const ids = events.map(({ deliveryId }) => deliveryId);
  return {
    id: ids.length === 1 ? String(ids[0]) : stableId(...ids),
    body: `[${events.map(({ eventJson }) => eventJson).join(',')}]`,
  };
}

/** CloudEvents HTTP binding, binary mode: attributes as headers, the unchanged data as the body. */
function binaryRequest({
  data,
  data_base64,
  datacontenttype,
  ...attributes
}: Event): Omit<WebhookRequest, 'id'> {
  const hasData = data !== undefined || data_base64 !== undefined;
  const contentType = datacontenttype ?? (hasData ? 'application/json' : undefined);
  const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) headers[`ce-${name}`] = encodeAttribute(String(value));
  }
  if (data_base64 !== undefined) return { body: base64Bytes(data_base64), headers };
  if (data === undefined) return { body: '', headers };
  // For another text type, the data is the text itself, not a JSON string.
  const mediaType = parseMediaType(contentType ?? '');
  const isText = typeof data === 'string' && !(mediaType !== undefined && isJsonType(mediaType));
  return { body: isText ? data : stringifyJson(data), headers };
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
  PORT_NOT_ALLOWED: { id: 'address-not-allowed', text: 'this installation does not allow that port' },
  ADDRESS_NOT_PUBLIC: {
    id: 'address-not-public',
    text: 'the host name leads to an address that is not public',
  },
};

function networkFailure(error: unknown, url: string) {
  const code = errorCode(error);
  const known = code === undefined ? undefined : NETWORK_FAILURES[code];
  if (known !== undefined) return { errorId: known.id, message: `expected to reach ${url}: ${known.text}` };
  const isTls = code !== undefined && TLS_CODE.test(code);
  return {
    errorId: isTls ? 'tls-failed' : 'network-error',
    message: `expected to reach ${url}, found ${error instanceof Error ? firstClause(error.message) : String(error)}`,
  };
}

/** OpenSSL's and Node's codes for faults of a certificate or of TLS itself. */
const TLS_CODE = /CERT|TLS|SSL|EPROTO|SELF_SIGNED|ALTNAME|VERIFY_LEAF/;

/** Drops Node's advice, which is meant for operators. */
function firstClause(message: string): string {
  return message.split(';', 1)[0] ?? '';
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Its code, if any, concerns the parser's internals. Matched by name, because the bundle contains little of undici.
  if (error.name === 'HTTPParserError') return 'HTTP_PARSER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}
