import type { Clock } from '../../base/clock.ts';
import { newUuid, sha256Hex } from '../../base/ids.ts';
import type { KeyedRequest, KeyedRequestStore } from '../../domain/apps/keyed-request-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SecretBox, SecretContext } from '../../domain/secret-box.ts';
import { openText, sealText } from './sealed-text.ts';

export interface AnswerOncePorts {
  readonly keyedRequests: KeyedRequestStore;
  readonly secrets: SecretBox;
  readonly clock: Clock;
}

export interface Keyed {
  /** The app that the request concerns, or `INSTALLATION`. */
  readonly appId: string;
  /** The caller and the operation. */
  readonly asked: string;
  /** As the caller gave it. */
  readonly key: string;
  /** The full content of the request. */
  readonly content: string;
}

/** How long an answer is stored. */
export const ANSWER_KEPT_MS = 24 * 3_600_000;
/** Longer than any request: its function has ended by then. */
export const BUSY_MS = 60_000;
/** Fits into a table item of 400 kB, encrypted and in base64. */
const ANSWER_BYTES_MAX = 256 * 1_024;

/**
 * Runs a request, unless one with its key has been answered: then it returns that answer. It stores an answer only if
 * `run` says so; after any other answer or an exception, nothing was changed and the key is free again. A process that
 * dies between the change and the answer stores none: the repeat runs, and finds what the first attempt created.
 */
export async function answerOnce(
  ports: AnswerOncePorts,
  { appId, asked, key, content }: Keyed,
  run: () => Promise<{ readonly answer: string; readonly keep: boolean }>,
): Promise<{ readonly kind: 'answered'; readonly answer: string; readonly isRepeat: boolean } | Refusal> {
  const { keyedRequests, secrets, clock } = ports;
  const nowMs = clock.now();
  const request: KeyedRequest = {
    appId,
    keyHash: sha256Hex(JSON.stringify([asked, key])),
    contentHash: sha256Hex(content),
    tryId: newUuid(),
    busyUntilMs: nowMs + BUSY_MS,
    expiresAtMs: nowMs + ANSWER_KEPT_MS,
  };
  const begun = await keyedRequests.begin(request, nowMs);
  if (begun.kind === 'there') return answerOf(secrets, begun.request, request);
  let kept = false;
  try {
    const { answer, keep } = await run();
    if (keep && Buffer.byteLength(answer) <= ANSWER_BYTES_MAX) {
      const sealed = await sealText(secrets, answer, contextOf(request));
      // Even if another attempt has taken over or the app is gone, this answer describes what was done.
      await keyedRequests.finish({ ...request, answer: sealed });
      kept = true;
    }
    return { kind: 'answered', answer, isRepeat: false };
  } finally {
    if (!kept) await keyedRequests.release(request);
  }
}

async function answerOf(
  secrets: SecretBox,
  stored: KeyedRequest,
  request: KeyedRequest,
): Promise<{ readonly kind: 'answered'; readonly answer: string; readonly isRepeat: true } | Refusal> {
  if (stored.contentHash !== request.contentHash) {
    return refuse(
      'unprocessable',
      'the header Idempotency-Key: expected a new key for a new request, found one that was used with other contents in the last 24 hours; nothing was changed',
    );
  }
  if (stored.answer === undefined) {
    return refuse(
      'try-again',
      'the header Idempotency-Key: expected the first request with this key to be answered, found it still at work; nothing was changed by this one: try again in a second',
    );
  }
  return {
    kind: 'answered',
    answer: await openText(secrets, stored.answer, contextOf(stored)),
    isRepeat: true,
  };
}

function contextOf({ appId, keyHash }: KeyedRequest): SecretContext {
  return { appId, resourceId: keyHash, secret: 'answer' };
}
