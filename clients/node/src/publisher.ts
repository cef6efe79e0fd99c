import { randomUUID } from 'node:crypto';
import type { CloudEvent, NewCloudEvent } from './cloud-event.ts';
import { type Environment, systemEnvironment } from './environment.ts';
import {
  InvalidInputError,
  PublishAbortedError,
  type PublishError,
  type PublishFailure,
  PublishRefusedError,
  PublishUnavailableError,
} from './errors.ts';
import { parseJson, stringifyJson } from './json.ts';
import { type PublishUrl, parsePublishUrl } from './publish-url.ts';
import { retryAfterMs } from './retry-after.ts';

export interface PublisherOptions {
  /** The limit of one call with all its attempts and waits; defaults to 60,000. */
  readonly timeoutMs?: number;
  /** The limit of one request; defaults to 15,000. */
  readonly attemptTimeoutMs?: number;
  /** Replaces time, randomness and `fetch`: for tests, or for a `fetch` with a proxy. */
  readonly environment?: Partial<Environment>;
}

export interface PublishEventsOptions {
  /** Aborts the call with a `PublishAbortedError`. */
  readonly signal?: AbortSignal;
  /** Overrides the publisher's limit. */
  readonly timeoutMs?: number;
}

export interface PublishOptions extends PublishEventsOptions {
  /** The event's id, 1 to 200 printable ASCII characters; defaults to a UUID. All attempts use the same id. */
  readonly id?: string;
}

const TIMEOUT_MS = 60_000;
const ATTEMPT_TIMEOUT_MS = 15_000;
/** A Node timer with a longer delay would fire immediately. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
/** Full jitter: a wait is random between 0 and this value, which doubles with each attempt up to the maximum. */
const BACKOFF_MS = { first: 200, max: 10_000 } as const;

/** The service's limit for one request. */
const BATCH_EVENTS_MAX = 500;
const BATCH_BYTES_MAX = 1_048_576 - 4_096;
const ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/;
const PUBLICATION_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const EXCERPT_CHARACTERS = 200;

/** Publishes events to the publications of one app. */
export class Publisher {
  readonly #url: PublishUrl;
  readonly #timeoutMs: number;
  readonly #attemptTimeoutMs: number;
  readonly #environment: Environment;

  /** @param publishUrl the value of the config var HEROKUEVENTS_PUBLISH_URL, with user and password */
  constructor(publishUrl: string, options: PublisherOptions = {}) {
    this.#url = parsePublishUrl(publishUrl);
    this.#timeoutMs = milliseconds('timeoutMs', options.timeoutMs ?? TIMEOUT_MS);
    this.#attemptTimeoutMs = milliseconds('attemptTimeoutMs', options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS);
    this.#environment = { ...systemEnvironment, ...options.environment };
  }

  /**
   * Publishes one event, given its data; for Salesforce, the fields of the platform event. Resolves with the event's id
   * once the event is queued durably.
   */
  async publish(publication: string, data: unknown, options: PublishOptions = {}): Promise<string> {
    const { id = randomUUID() } = options;
    if (!ID.test(id)) {
      throw new InvalidInputError(
        'expected an id of 1 to 200 printable ASCII characters, found another text',
      );
    }
    const body = jsonOf(data, 'the data');
    const headers = { 'content-type': 'application/json', 'idempotency-key': id };
    const outcome = await this.#send({ publication, headers, body }, this.#deadline(options));
    if (outcome.kind !== 'accepted') throw errorOf(outcome, { id });
    return id;
  }

  /**
   * Publishes CloudEvents in as few requests as possible, one after the other. Resolves with their ids once all of them
   * are queued durably. The service accepts or refuses each request as a whole. An error lists the events that were
   * accepted (`accepted`) and holds the others (`remaining`).
   */
  async publishEvents(
    publication: string,
    events: readonly NewCloudEvent[],
    options: PublishEventsOptions = {},
  ): Promise<readonly string[]> {
    const time = new Date(this.#environment.nowMs()).toISOString();
    // Check all events before sending any.
    const prepared = events.map((event, index) => prepare(event, index, { publication, time }));
    const waiting = batches(prepared);
    const deadline = this.#deadline(options);
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const accepted: string[] = [];
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const [first] = batch;
      if (first === undefined) continue;
      const body = `[${batch.map(({ json }) => json).join(',')}]`;
      const outcome = await this.#send({ publication, headers, body }, deadline);
      if (outcome.kind === 'accepted') {
        accepted.push(...batch.map(({ event }) => event.id));
      } else if (outcome.status === 413 && batch.length > 1) {
        // The service's additions for the target count as well, so half of the events may fit.
        const half = Math.ceil(batch.length / 2);
        waiting.unshift(batch.slice(0, half), batch.slice(half));
      } else {
        const remaining = prepared.slice(accepted.length).map(({ event }) => event);
        throw errorOf(outcome, { id: first.event.id, accepted, remaining });
      }
    }
    return accepted;
  }

  #deadline({ timeoutMs, signal }: PublishEventsOptions): Deadline {
    const limitMs = timeoutMs === undefined ? this.#timeoutMs : milliseconds('timeoutMs', timeoutMs);
    return { limitMs, atMs: this.#environment.elapsedMs() + limitMs, signal };
  }

  /** Retries until a final response arrives, the time is up, or the caller aborts. */
  async #send(request: PublishRequest, { limitMs, atMs, signal }: Deadline): Promise<Outcome> {
    const { publication } = request;
    if (!PUBLICATION_NAME.test(publication)) {
      throw new InvalidInputError(
        `expected the name of a publication, such as systemStatus, found ${JSON.stringify(publication)}`,
      );
    }
    const url = `${this.#url.base}/${publication}`;
    let attempts = 0;
    for (;;) {
      if (isAborted(signal)) return aborted(signal, attempts);
      const leftMs = atMs - this.#environment.elapsedMs();
      attempts += 1;
      const attempt = await this.#attempt(url, request, Math.min(this.#attemptTimeoutMs, leftMs), signal);
      if (attempt.kind === 'accepted') return attempt;
      if (attempt.kind === 'refused') return { ...attempt, attempts };
      if (isAborted(signal)) return aborted(signal, attempts);
      const waitMs = this.#waitMs(attempts, attempt.retryAfterMs);
      if (this.#environment.elapsedMs() + waitMs >= atMs) {
        const message = `expected ${url} to accept the events within ${limitMs / 1_000} s, found after ${attempts} attempt(s) that ${attempt.message}; publish them again later, with the same ids`;
        return { ...attempt, kind: 'unavailable', message, attempts };
      }
      try {
        await this.#environment.wait(waitMs, signal);
      } catch (error) {
        if (!isAborted(signal)) throw error;
        return aborted(signal, attempts);
      }
    }
  }

  /** Adds full jitter to the wait that the service asked for, so that its clients do not all return at once. */
  #waitMs(attempts: number, askedMs = 0): number {
    const ceilingMs = Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** (attempts - 1));
    return askedMs + this.#environment.random() * ceilingMs;
  }

  async #attempt(
    url: string,
    { headers, body }: PublishRequest,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    signal?.addEventListener('abort', end);
    try {
      const response = await this.#environment.fetch(url, {
        method: 'POST',
        headers: { ...headers, authorization: this.#url.authorization },
        body,
        // Do not follow redirects: the password is for this host only.
        redirect: 'manual',
        signal: ending.signal,
      });
      return await judge(response, url, this.#environment.nowMs());
    } catch (error) {
      const message = ending.signal.aborted
        ? `no answer came within ${timeoutMs / 1_000} s`
        : `it could not be reached (${reasonOf(error)})`;
      return { kind: 'retry', message, cause: error };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }
}

interface PublishRequest {
  readonly publication: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Deadline {
  readonly limitMs: number;
  readonly atMs: number;
  readonly signal: AbortSignal | undefined;
}

interface Failure {
  readonly message: string;
  readonly status?: number;
  readonly problemId?: string | undefined;
  readonly cause?: unknown;
}

type Attempt =
  | { readonly kind: 'accepted' }
  | ({ readonly kind: 'refused' } & Failure)
  | ({ readonly kind: 'retry'; readonly retryAfterMs?: number | undefined } & Failure);

type FailedOutcome = { readonly kind: 'refused' | 'unavailable' | 'aborted' } & Failure & {
    readonly attempts: number;
  };
type Outcome = { readonly kind: 'accepted' } | FailedOutcome;

async function judge(response: Response, url: string, nowMs: number): Promise<Attempt> {
  const { status, headers } = response;
  if (status === 202) {
    await drain(response);
    return { kind: 'accepted' };
  }
  const text = await response.text();
  const problem = problemOf(text);
  const found = `${url} answered ${status}${problem === undefined ? '' : ` ${problem.id}`}: ${problem?.message ?? excerpt(text)}`;
  const failure = { status, problemId: problem?.id };
  if (status === 429 || status >= 500) {
    return { kind: 'retry', ...failure, message: found, retryAfterMs: retryAfterMs(headers, nowMs) };
  }
  const advice = problem === undefined ? '; check the host and the path of the publish URL' : '';
  return { kind: 'refused', ...failure, message: `${found}${advice}` };
}

/** Reads the rest of a response, so that its connection can be reused. */
async function drain(response: Response): Promise<void> {
  try {
    await response.arrayBuffer();
  } catch {
    // The status is enough, and the ids are ours: the event is queued even if the body is lost.
  }
}

/** The service's `application/problem+json`; undefined for a response from an intermediary. */
function problemOf(text: string): { readonly id: string; readonly message: string } | undefined {
  let value: unknown;
  try {
    value = parseJson(text, 'number');
  } catch {
    // The text is not JSON; the caller shows it as it is.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('id' in value) || !('message' in value))
    return undefined;
  const { id, message } = value;
  return typeof id === 'string' && typeof message === 'string' ? { id, message } : undefined;
}

function excerpt(text: string): string {
  const shown = text.replace(/\p{C}+/gu, ' ').trim();
  return shown === '' ? 'an empty answer' : shown.slice(0, EXCERPT_CHARACTERS);
}

/** `fetch` reports every failure as "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' ? code : error.message;
}

/** A function, so that TypeScript does not narrow `aborted`, which may change between two checks. */
function isAborted(signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true;
}

function aborted(signal: AbortSignal, attempts: number): FailedOutcome {
  const message =
    'the publish was aborted by its signal; events of which no answer came may have been accepted';
  return { kind: 'aborted', message, attempts, cause: signal.reason };
}

function errorOf(
  { kind, message, ...failure }: FailedOutcome,
  events: Pick<PublishFailure, 'id' | 'accepted' | 'remaining'>,
): PublishError {
  const details = { ...failure, ...events };
  switch (kind) {
    case 'refused':
      return new PublishRefusedError(message, details);
    case 'unavailable':
      return new PublishUnavailableError(message, details);
    case 'aborted':
      return new PublishAbortedError(message, details);
  }
}

interface PreparedEvent {
  readonly event: CloudEvent;
  readonly json: string;
  /** The size as the service counts it. */
  readonly bytes: number;
}

/** The event as every attempt sends it, with the attributes that the service would add, so that they count. */
function prepare(
  event: NewCloudEvent,
  index: number,
  { publication, time }: { readonly publication: string; readonly time: string },
): PreparedEvent {
  const what = `event ${index}`;
  if (typeof event !== 'object' || event === null) {
    throw new InvalidInputError(
      `expected ${what} to be a CloudEvent as an object, found ${JSON.stringify(event)}`,
    );
  }
  const { id = randomUUID(), source, type } = event;
  for (const [name, value] of Object.entries({ id, source, type })) {
    if (typeof value === 'string' && value !== '') continue;
    throw new InvalidInputError(
      `expected "${name}" of ${what} to be a text that is not empty, found ${typeof value}`,
    );
  }
  const hasData = event.data !== undefined || event.data_base64 !== undefined;
  const filled: CloudEvent = {
    time,
    subject: publication,
    ...(hasData && { datacontenttype: 'application/json' }),
    ...event,
    specversion: '1.0',
    id,
  };
  const json = jsonOf(filled, what);
  const bytes = countedBytes(json);
  if (bytes > BATCH_BYTES_MAX) {
    throw new InvalidInputError(
      `expected ${what} to take at most ${BATCH_BYTES_MAX} bytes as JSON (1 MiB less 4 KiB), found ${bytes}; nothing was published`,
    );
  }
  return { event: filled, json, bytes };
}

/** Characters that take six bytes in the service's queue, as the escape of a UTF-16 unit. */
const ESCAPED_BY_SERVICE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/** Includes the character that the service puts between two events. */
function countedBytes(json: string): number {
  return Buffer.byteLength(json.replace(ESCAPED_BY_SERVICE, '\\uXXXX')) + 1;
}

/** Preserves the order. Each event fits into a batch of its own. */
function batches(events: readonly PreparedEvent[]): PreparedEvent[][] {
  const all: PreparedEvent[][] = [];
  let bytesLeft = 0;
  for (const event of events) {
    const last = all.at(-1);
    if (last === undefined || last.length >= BATCH_EVENTS_MAX || event.bytes > bytesLeft) {
      all.push([event]);
      bytesLeft = BATCH_BYTES_MAX - event.bytes;
    } else {
      last.push(event);
      bytesLeft -= event.bytes;
    }
  }
  return all;
}

function jsonOf(value: unknown, what: string): string {
  let json: string | undefined;
  try {
    json = stringifyJson(value);
  } catch (cause) {
    throw new InvalidInputError(
      `expected ${what} to be a JSON value, found one that cannot be written as JSON`,
      {
        cause,
      },
    );
  }
  if (json === undefined)
    throw new InvalidInputError(`expected ${what} to be a JSON value, found ${typeof value}`);
  return json;
}

function milliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0 && value <= TIMEOUT_MS_MAX) return value;
  throw new InvalidInputError(
    `expected ${name} to be a number of milliseconds from 1 to ${TIMEOUT_MS_MAX}, found ${value}`,
  );
}
