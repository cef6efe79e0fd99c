import type { Dispatcher } from 'undici';
import { type Cache, makeCache } from '../../base/cache.ts';
import { type Clock, forwardClock } from '../../base/clock.ts';
import type { SendFailure } from '../../domain/deliveries/destination.ts';
import { type GuardedAnswer, guardedRequest } from '../outbound/guarded-request.ts';

export interface HandshakeRequest {
  /** Identifies the publication's version, because another version may go elsewhere. */
  readonly key: string;
  readonly url: string;
  readonly origin: string;
  readonly agent: () => Dispatcher;
}

export type Consent =
  | { readonly kind: 'given' }
  | ({ readonly kind: 'refused' } & Pick<SendFailure, 'errorId' | 'message'>);

/** With the longest webhook timeout and the wait for a turn, an attempt still ends within the 60 s of a function. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 1_024;
/** Consent is requested again after this time. */
export const CONSENT_MS = 3_600_000;
/** How long a refusal is cached for everybody, so that not every delivery asks again. */
const REFUSAL_MS = 5_000;
const REQUESTS_MAX = 5_000;

interface Held {
  readonly consent: Promise<Consent>;
  /** Infinity while the request is in progress. */
  untilMs: number;
}

/** CloudEvents HTTP webhooks, section 4: whether a receiver accepts events from the origin. Cached in the process. */
export class Handshakes {
  readonly #clock: Clock;
  readonly #held: Cache<Held> = makeCache(REQUESTS_MAX);

  constructor(clock: Clock) {
    this.#clock = forwardClock(clock);
  }

  consent(request: HandshakeRequest): Promise<Consent> {
    const known = this.#held.get(request.key);
    if (known !== undefined && known.untilMs > this.#clock.now()) return known.consent;
    const held: Held = {
      consent: ask(request).then((consent) => {
        held.untilMs = this.#clock.now() + (consent.kind === 'given' ? CONSENT_MS : REFUSAL_MS);
        return consent;
      }),
      untilMs: Number.POSITIVE_INFINITY,
    };
    this.#held.set(request.key, held);
    return held.consent;
  }
}

async function ask({ url, origin, agent }: HandshakeRequest): Promise<Consent> {
  const answer = await guardedRequest(agent(), {
    method: 'OPTIONS',
    url: new URL(url),
    headers: { 'user-agent': 'Sluice', 'webhook-request-origin': origin },
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
    bytesMax: ANSWER_BYTES_MAX,
  });
  const found = refusal(answer, origin);
  if (found === undefined) return { kind: 'given' };
  return {
    kind: 'refused',
    errorId: answer.kind === 'answer' ? 'handshake-refused' : 'handshake-unanswered',
    message: `expected the receiver to answer OPTIONS with WebHook-Allowed-Origin: ${origin} (or *), found ${found}. If it knows no handshake, take it away by events:publications:update --no-handshake`,
  };
}

/** The status proves nothing: many servers answer any OPTIONS with 200. */
function refusal(answer: GuardedAnswer, origin: string): string | undefined {
  if (answer.kind === 'no-answer') return `no answer: ${answer.error.message.split(';', 1)[0]}`;
  const header = answer.headers['webhook-allowed-origin'];
  const allowed = (Array.isArray(header) ? header[0] : header)?.trim().toLowerCase();
  if (allowed === undefined) return `${answer.status} without it`;
  return allowed === '*' || allowed === origin.toLowerCase() ? undefined : 'another origin';
}
