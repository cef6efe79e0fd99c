import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CloudEvent } from './cloud-event.ts';
import { InvalidInputError, InvalidWebhookError } from './errors.ts';
import type { Integers } from './json.ts';
import { readEvents } from './read-events.ts';

/** As Node's HTTP server, Express or AWS Lambda have them, or those of a Fetch `Request`. Names in any case. */
export type WebhookHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | { forEach(callback: (value: string, name: string) => void): void };

export interface WebhookRequest {
  readonly headers: WebhookHeaders;
  /** The bytes as they came: not a text, and not what a JSON parser made of them. */
  readonly body: Uint8Array;
}

export interface VerifyOptions {
  /** How far the time of signing may be from now, in either direction; 300 unless given. */
  readonly toleranceSeconds?: number;
  /** What integers beyond 2^53 become; `bigint` unless given. */
  readonly integers?: Integers;
  /** Now, in milliseconds since 1970. */
  readonly nowMs?: number;
}

export interface VerifiedWebhook<Data = unknown> {
  /** `webhook-id`: the same for every attempt of the same request. Keep it to recognise a repeat. */
  readonly id: string;
  /** One, or those of a batch. */
  readonly events: readonly CloudEvent<Data>[];
  /** When somebody asked for the event to be sent again; absent unless somebody did. */
  readonly replayed?: string;
}

const TOLERANCE_SECONDS = 300;
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = { min: 24, max: 64 } as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const RAW_BODY_ADVICE = 'Pass the raw body, for example that of express.raw({ type: () => true })';

/**
 * Verifies the signature of a request by Standard Webhooks and returns the events in it. Throws `InvalidWebhookError` for a
 * request that is not to be trusted.
 *
 * @param secrets the signing secret; several while one is replaced: a signature by any of them is enough
 */
export function verify<Data = unknown>(
  { headers, body }: WebhookRequest,
  secrets: string | readonly string[],
  { toleranceSeconds = TOLERANCE_SECONDS, integers = 'bigint', nowMs = Date.now() }: VerifyOptions = {},
): VerifiedWebhook<Data> {
  if (!(body instanceof Uint8Array)) {
    throw new InvalidInputError(
      `expected the body as the bytes that came (a Buffer or a Uint8Array), found ${typeof body}. ${RAW_BODY_ADVICE}`,
    );
  }
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds < 0) {
    throw new InvalidInputError(`expected toleranceSeconds to be 0 or more, found ${toleranceSeconds}`);
  }
  const keys = [secrets].flat().map(keyOf);
  if (keys.length === 0) throw new InvalidInputError('expected at least one signing secret, found none');
  const named = lowerCased(headers);
  const id = required(named, 'webhook-id');
  const timestamp = required(named, 'webhook-timestamp');
  const signatures = required(named, 'webhook-signature');
  checkTime(timestamp, nowMs / 1_000, toleranceSeconds);
  const found = signatures.split(' ').map((each) => Buffer.from(each));
  const isSigned = keys.some((key) => {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    const expected = Buffer.from(`v1,${digest}`);
    return found.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
  });
  if (!isSigned) {
    throw new InvalidWebhookError(
      'signature',
      `expected a signature by one of the ${keys.length} secret(s) over the body as it came, found none that fits. Compare the secret with that of the publication, and make sure that nothing has parsed the body before`,
    );
  }
  const replayed = named.get('sluice-replayed');
  // The type of the data is the caller's claim: what a signature proves is who sent it.
  const events = readEvents(named, body, integers) as readonly CloudEvent<Data>[];
  return { id, events, ...(replayed !== undefined && { replayed }) };
}

/** No error of this quotes the secret. */
function keyOf(secret: string): Buffer {
  const expected = `expected a signing secret of ${SECRET_PREFIX} and base64 of ${SECRET_BYTES.min} to ${SECRET_BYTES.max} bytes`;
  if (typeof secret !== 'string') throw new InvalidInputError(`${expected}, found ${typeof secret}`);
  // A file ends with a line break.
  const text = secret.trim();
  const base64 = text.startsWith(SECRET_PREFIX) ? text.slice(SECRET_PREFIX.length) : text;
  if (!BASE64.test(base64)) throw new InvalidInputError(`${expected}, found a text that is not base64`);
  const key = Buffer.from(base64, 'base64');
  if (key.length < SECRET_BYTES.min || key.length > SECRET_BYTES.max) {
    throw new InvalidInputError(`${expected}, found fewer or more bytes`);
  }
  return key;
}

function lowerCased(headers: WebhookHeaders): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  if (isFetchHeaders(headers)) {
    headers.forEach((value, name) => {
      named.set(name.toLowerCase(), value);
    });
    return named;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      named.set(name.toLowerCase(), typeof value === 'string' ? value : value.join(', '));
  }
  return named;
}

function isFetchHeaders(
  headers: WebhookHeaders,
): headers is Extract<WebhookHeaders, { forEach: (...args: never) => unknown }> {
  return typeof headers['forEach' as keyof WebhookHeaders] === 'function';
}

function required(headers: ReadonlyMap<string, string>, name: string): string {
  const value = headers.get(name);
  if (value !== undefined && value !== '') return value;
  throw new InvalidWebhookError(
    'missing-header',
    `expected the header ${name}, found none: Sluice sends it always`,
  );
}

function checkTime(timestamp: string, nowSeconds: number, toleranceSeconds: number): void {
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw new InvalidWebhookError(
      'timestamp',
      'expected webhook-timestamp in whole seconds since 1970, found another text',
    );
  }
  const awaySeconds = Math.abs(nowSeconds - Number(timestamp));
  if (awaySeconds <= toleranceSeconds) return;
  throw new InvalidWebhookError(
    'timestamp',
    `expected a request signed within ${toleranceSeconds} s of now, found one that is ${Math.round(awaySeconds)} s away. Check the clock of this computer; if it is right, this is an old request sent again`,
  );
}
