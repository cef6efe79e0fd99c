import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { RETRY_DELAYS_MS } from '../../domain/deliveries/retry-policy.ts';
import type { WebhookPublication } from './target.ts';

/** Of a token URL that knows the client no more, or not with this secret or scope: no repetition mends it. */
export const CLIENT_REFUSED = 'oauth-refused';
/** Refusals in a row of one delivery. The first two waits take up to half a minute: a secret that was just replaced is known by then. */
const REFUSALS_MAX = 3;

/**
 * A client that stays refused disables the publication, so that its deliveries are parked, and not exhausted one after the other
 * by what only its owner can mend.
 */
export function judgeRefusedClient(
  { retryDelaysMs = RETRY_DELAYS_MS }: WebhookPublication,
  { record }: OutgoingEvent,
  outcome: SendOutcome | undefined,
): SendOutcome {
  if (outcome === undefined) throw new Error('expected an outcome for every event that was sent');
  if (outcome.kind !== 'retry' || outcome.errorId !== CLIENT_REFUSED) return outcome;
  const attempts = record?.attempts ?? [];
  const others = attempts.findLastIndex(({ errorId }) => errorId !== CLIENT_REFUSED);
  const refusals = attempts.length - (others + 1) + 1;
  const isLast = (record?.attemptCount ?? 0) >= retryDelaysMs.length;
  if (refusals < REFUSALS_MAX && !isLast) return outcome;
  const { retryAfterMs: _wait, ...failure } = outcome;
  return {
    ...failure,
    kind: 'disabled',
    reason: 'client-refused',
    message: `${outcome.message}, and then send what was parked by events:publications:resume`,
  };
}
