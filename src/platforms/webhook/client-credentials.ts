import type { Dispatcher } from 'undici';
import { type Cache, makeCache } from '../../base/cache.ts';
import { type Clock, forwardClock } from '../../base/clock.ts';
import { parseRetryAfterMs } from '../../base/http-date.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { parseDecimal } from '../../base/whole-number.ts';
import type { SendFailure } from '../../domain/deliveries/destination.ts';
import { type GuardedAnswer, guardedRequest } from '../outbound/guarded-request.ts';
import type { Authentication } from './authentication.ts';
import { HEADER_TEXT } from './custom-headers.ts';
import { CLIENT_REFUSED } from './refused-client.ts';

/** The owner of a token, and how to get the token. */
export interface TokenClient {
  /** Identifies the publication's version, because another version may have another secret. */
  readonly key: string;
  readonly settings: Extract<Authentication, { kind: 'oauth' }>;
  readonly clientSecret: string;
  /** The app's current agent: an app for which nothing was sent gives up its connections. */
  readonly agent: () => Dispatcher;
}

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | ({
      readonly kind: 'failed';
      readonly retryAfterMs?: number | undefined;
    } & Pick<SendFailure, 'errorId' | 'message'>);

/**
 * Token endpoints answer within a second or two. With two token requests and the longest webhook timeout, an attempt
 * takes 40 of the 60 s that a function has.
 */
export const TOKEN_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 65_536;
const TOKEN_LENGTH_MAX = 8_192;
/** A token is renewed before it expires, because it must still be valid when it arrives. */
const RENEWED_BEFORE_MS = 60_000;
/**
 * The assumed lifetime of a token that states none. If it expires earlier, the receiver refuses it and it is renewed
 * then.
 */
const LIFE_MS_DEFAULT = 3_600_000;
/** How long a failure is cached for everybody who waits for the token, so that not every delivery asks again. */
export const FAILURE_MS = 5_000;
/** A token younger than this is not considered expired. */
export const RENEWED_AFTER_MS_MIN = 5_000;
const CLIENTS_MAX = 5_000;
const DESCRIPTION_LENGTH_MAX = 200;

interface Reading {
  readonly outcome: TokenAnswer;
  readonly lifeMs: number;
}

interface Held {
  readonly answer: Promise<TokenAnswer>;
  readonly askedAtMs: number;
  /** Infinity while the request is in progress. */
  untilMs: number;
}

/**
 * Access tokens of OAuth 2.0 client credentials (RFC 6749, section 4.4), cached in the process and renewed once for all
 * waiting callers.
 */
export class ClientCredentials {
  readonly #clock: Clock;
  readonly #forward: Clock;
  readonly #held: Cache<Held> = makeCache(CLIENTS_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#forward = forwardClock(clock);
  }

  /** @param refused the token that the receiver refused: returns another one, or the same if there is none */
  async token(client: TokenClient, refused?: string): Promise<TokenAnswer> {
    const known = this.#held.get(client.key);
    const held = known !== undefined && known.untilMs > this.#forward.now() ? known : this.#renew(client);
    const answer = await held.answer;
    if (answer.kind === 'failed' || answer.token !== refused) return answer;
    const current = this.#held.peek(client.key);
    // Another caller has renewed it meanwhile.
    if (current !== undefined && current !== held) return current.answer;
    // Otherwise a receiver that refuses every token would cost a token request per delivery.
    if (this.#forward.now() - held.askedAtMs < RENEWED_AFTER_MS_MIN) return answer;
    return this.#renew(client).answer;
  }

  #renew(client: TokenClient): Held {
    const reading = this.#request(client);
    const held: Held = {
      answer: reading.then(({ outcome, lifeMs }) => {
        held.untilMs = this.#forward.now() + lifeMs;
        return outcome;
      }),
      askedAtMs: this.#forward.now(),
      untilMs: Number.POSITIVE_INFINITY,
    };
    this.#held.set(client.key, held);
    return held;
  }

  async #request(client: TokenClient): Promise<Reading> {
    const first = await ask(client, 'header');
    // Servers must accept the secret in the Authorization header, but some accept it only in the form.
    return this.#read(client, isClientRefused(first) ? await ask(client, 'form') : first);
  }

  #read({ settings: { tokenUrl }, clientSecret }: TokenClient, answer: GuardedAnswer): Reading {
    const failed = (errorId: string, found: string, waitMs?: number) => ({
      outcome: {
        kind: 'failed' as const,
        errorId,
        message: `expected an access token from ${tokenUrl}, found ${found}`,
        retryAfterMs: waitMs,
      },
      lifeMs: FAILURE_MS,
    });
    if (answer.kind === 'no-answer') {
      const { error } = answer;
      const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
      return failed('oauth-unavailable', `no answer: ${error.message.split(';', 1)[0]}${code}`);
    }
    const { status, headers, body } = answer;
    if (status >= 200 && status < 300) {
      const read = readToken(body);
      if (read.kind === 'unreadable') return failed('oauth-unreadable', read.found);
      const { token, lifeMs } = read;
      // A token with a short lifetime is used for the first half of it.
      return {
        outcome: { kind: 'token', token },
        lifeMs: Math.max(lifeMs - RENEWED_BEFORE_MS, lifeMs / 2),
      };
    }
    const fields = jsonFields(body);
    const said = errorText(fields, clientSecret);
    if (isOfOwner(status, fields)) {
      return failed(
        CLIENT_REFUSED,
        `${status}${said}: its owner has to look at the client, its secret and its scopes, and change them by events:publications:update`,
      );
    }
    const header = headers['retry-after'];
    return failed(
      'oauth-unavailable',
      `${status}${said}`,
      parseRetryAfterMs((Array.isArray(header) ? header[0] : header) ?? '', this.#clock.now()),
    );
  }
}

function ask(
  { settings: { tokenUrl, clientId, scope, audience }, clientSecret, agent }: TokenClient,
  secretIn: 'header' | 'form',
): Promise<GuardedAnswer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (audience !== undefined) form.set('audience', audience);
  if (secretIn === 'form') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  const login = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
  return guardedRequest(agent(), {
    method: 'POST',
    url: new URL(tokenUrl),
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Sluice',
      ...(secretIn === 'header' && { authorization: `Basic ${login}` }),
    },
    body: form.toString(),
    timeoutMs: TOKEN_TIMEOUT_MS,
    bytesMax: ANSWER_BYTES_MAX,
  });
}

/** RFC 6749, section 2.3.1: both are encoded as in a form before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function isClientRefused(answer: GuardedAnswer): boolean {
  if (answer.kind === 'no-answer') return false;
  return (
    answer.status === 401 || (answer.status === 400 && jsonFields(answer.body)['error'] === 'invalid_client')
  );
}

/** Errors that retries cannot fix (RFC 6749, section 5.2); all others may be transient. */
const OWNERS_ERRORS = new Set([
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
]);

function isOfOwner(status: number, { error }: Readonly<Record<string, unknown>>): boolean {
  if (typeof error === 'string' && status < 500) return OWNERS_ERRORS.has(error);
  return status === 401 || status === 403 || status === 404;
}

/** Quoted only if it is text that the protocol allows and contains nothing that was sent. */
function errorText(
  { error, error_description: description }: Readonly<Record<string, unknown>>,
  clientSecret: string,
): string {
  const parts = [error, description]
    .filter((part) => typeof part === 'string')
    .map((part) => part.slice(0, DESCRIPTION_LENGTH_MAX).replace(/\p{C}+/gu, ' '));
  const text = parts.join(': ');
  return text === '' || text.includes(clientSecret) ? '' : ` (${text})`;
}

/** Reads the answer of a token URL: RFC 6749, section 5.1. */
export function readToken(
  body: string,
):
  | { readonly kind: 'token'; readonly token: string; readonly lifeMs: number }
  | { readonly kind: 'unreadable'; readonly found: string } {
  const { access_token: token, token_type: type, expires_in: expiresIn } = jsonFields(body);
  if (typeof token !== 'string' || token.length > TOKEN_LENGTH_MAX || !HEADER_TEXT.test(token)) {
    return { kind: 'unreadable', found: 'an answer without one that a header can carry' };
  }
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer') {
    return { kind: 'unreadable', found: 'a token that is not of type Bearer' };
  }
  return { kind: 'token', token, lifeMs: lifeMsOf(expiresIn) };
}

interface TokenFields {
  readonly access_token?: unknown;
  readonly token_type?: unknown;
  readonly expires_in?: unknown;
  readonly [name: string]: unknown;
}

function jsonFields(body: string): TokenFields {
  try {
    const value = parseJson(body);
    return isJsonObject(value) ? value : {};
  } catch {
    // For example a proxy's HTML page: the status is all that is known.
    return {};
  }
}

/** RFC 6749 requires a number; some servers send text. */
function lifeMsOf(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' ? parseDecimal(expiresIn) : expiresIn;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : LIFE_MS_DEFAULT;
}
