import {
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify as verifySignature,
} from 'node:crypto';
import type { CloudEvent } from './cloud-event.ts';
import { InvalidInputError, InvalidWebhookError } from './errors.ts';
import type { Integers } from './json.ts';
import { readEvents } from './read-events.ts';

/** The headers from Node's HTTP server, Express, AWS Lambda or a Fetch `Request`. Names are case-insensitive. */
export type WebhookHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | { forEach(callback: (value: string, name: string) => void): void };

export interface WebhookRequest {
  readonly headers: WebhookHeaders;
  /** The raw bytes as received: neither decoded text nor the output of a JSON parser. */
  readonly body: Uint8Array;
}

export interface VerifyOptions {
  /** How far the time of signing may be from now, in either direction; defaults to 300. */
  readonly toleranceSeconds?: number;
  /** The type of integers beyond 2^53; defaults to `bigint`. */
  readonly integers?: Integers;
  /** The current time, in milliseconds since 1970. */
  readonly nowMs?: number;
}

export interface VerifiedWebhook<Data = unknown> {
  /** `webhook-id`: the same for all attempts of a request. Store it to recognise a repeat. */
  readonly id: string;
  /** A single event, or the events of a batch. */
  readonly events: readonly CloudEvent<Data>[];
  /** When somebody replayed the event; absent if nobody did. */
  readonly replayed?: string;
}

/** The parsed answer of `…/jwks/…` in the management API (RFC 7517). Keys of other types are ignored. */
export interface PublicKeySet {
  readonly keys: readonly object[];
}

/** A signing secret `whsec_…`, a public key `whpk_…`, or a set of public keys. */
export type VerificationKey = string | PublicKeySet;

const TOLERANCE_SECONDS = 300;
const SECRET_PREFIX = 'whsec_';
const PUBLIC_KEY_PREFIX = 'whpk_';
const PRIVATE_KEY_PREFIX = 'whsk_';
const PUBLIC_KEY_BYTES = 32;
const SECRET_BYTES = { min: 24, max: 64 } as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const RAW_BODY_ADVICE = 'Pass the raw body, for example that of express.raw({ type: () => true })';

/**
 * Verifies the signature of a request by Standard Webhooks and returns the events in it. Throws `InvalidWebhookError`
 * for a request that must not be trusted.
 *
 * @param secrets the signing secret or public key; several during a rotation: a signature by any of them is enough
 */
export function verify<Data = unknown>(
  { headers, body }: WebhookRequest,
  secrets: VerificationKey | readonly VerificationKey[],
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
  const keys = [secrets].flat().flatMap(keysOf);
  if (keys.length === 0) {
    throw new InvalidInputError('expected at least one signing secret or public key, found none');
  }
  const named = lowerCased(headers);
  const id = required(named, 'webhook-id');
  const timestamp = required(named, 'webhook-timestamp');
  const signatures = required(named, 'webhook-signature');
  checkTime(timestamp, nowMs / 1_000, toleranceSeconds);
  const found = signatures.split(' ');
  const prefix = `${id}.${timestamp}.`;
  if (!keys.some((isSignedBy) => isSignedBy(prefix, body, found))) {
    throw new InvalidWebhookError(
      'signature',
      `expected a signature by one of the ${keys.length} secret(s) or key(s) over the body as it came, found none that fits. Compare them with that of the publication, and make sure that nothing has parsed the body before`,
    );
  }
  const replayed = named.get('sluice-replayed');
  // The caller asserts the type of the data: a signature proves only who sent it.
  const events = readEvents(named, body, integers) as readonly CloudEvent<Data>[];
  return { id, events, ...(replayed !== undefined && { replayed }) };
}

/** Whether this key made one of these signatures over the prefix and the body. */
type IsSigned = (prefix: string, body: Uint8Array, signatures: readonly string[]) => boolean;

function keysOf(secret: VerificationKey): readonly IsSigned[] {
  if (typeof secret === 'object' && secret !== null && Array.isArray(secret.keys)) {
    return publicKeysOf(secret);
  }
  if (typeof secret !== 'string') {
    throw new InvalidInputError(
      `expected a signing secret of ${SECRET_PREFIX}…, a public key of ${PUBLIC_KEY_PREFIX}… or a set of public keys { keys: […] }, found ${typeof secret}`,
    );
  }
  // A file ends with a line break.
  const text = secret.trim();
  if (text.startsWith(PRIVATE_KEY_PREFIX)) {
    throw new InvalidInputError(
      `expected a public key of ${PUBLIC_KEY_PREFIX}…, found a private one: no receiver should have it`,
    );
  }
  return [text.startsWith(PUBLIC_KEY_PREFIX) ? byPublicKey(publicKeyOf(text)) : bySecret(keyOf(text))];
}

function publicKeysOf({ keys }: PublicKeySet): readonly IsSigned[] {
  const usable = keys.flatMap((key) => {
    const { kty, crv, x } = Object.fromEntries(Object.entries(key));
    return kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string' ? [ed25519Key(x)] : [];
  });
  if (usable.length > 0) return usable.map(byPublicKey);
  throw new InvalidInputError(
    `expected at least one ed25519 key in the set of public keys, found none among ${keys.length}`,
  );
}

function publicKeyOf(text: string): KeyObject {
  const base64 = text.slice(PUBLIC_KEY_PREFIX.length);
  return ed25519Key(BASE64.test(base64) ? Buffer.from(base64, 'base64').toString('base64url') : '');
}

/** @param x base64url of its 32 bytes */
function ed25519Key(x: string): KeyObject {
  if (Buffer.from(x, 'base64url').length !== PUBLIC_KEY_BYTES) {
    throw new InvalidInputError(
      `expected an ed25519 public key of ${PUBLIC_KEY_BYTES} bytes (${PUBLIC_KEY_PREFIX} and base64, or "x" of a JSON Web Key), found another length or a text that is not base64`,
    );
  }
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
}

function bySecret(key: Buffer): IsSigned {
  return (prefix, body, signatures) => {
    const expected = Buffer.from(
      `v1,${createHmac('sha256', key).update(prefix).update(body).digest('base64')}`,
    );
    return signatures.some((each) => {
      const found = Buffer.from(each);
      return found.length === expected.length && timingSafeEqual(found, expected);
    });
  };
}

function byPublicKey(key: KeyObject): IsSigned {
  return (prefix, body, signatures) => {
    const signed = Buffer.concat([Buffer.from(prefix), body]);
    return signatures.some(
      (each) =>
        each.startsWith('v1a,') &&
        verifySignature(null, signed, key, Buffer.from(each.slice('v1a,'.length), 'base64')),
    );
  };
}

/** No error of this quotes the secret. */
function keyOf(text: string): Buffer {
  const expected = `expected a signing secret of ${SECRET_PREFIX} and base64 of ${SECRET_BYTES.min} to ${SECRET_BYTES.max} bytes`;
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
