import type { AttemptOutcome, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { RETRY_DELAYS_MS } from '../../domain/deliveries/retry-policy.ts';
import type { PublicationBase } from '../../domain/publications/publication.ts';

/**
 * Consecutive refusals of one delivery. The first two waits take up to half a minute, by which time a recent fix has
 * taken effect.
 */
const REFUSALS_MAX = 3;

/**
 * A receiver that keeps refusing for a reason that retries cannot fix disables the publication. Its deliveries are then
 * parked instead of exhausted one by one by a fault that only a person can fix.
 * @param isRefusal judges the id of the failure
 */
export function judgeLastingRefusal(
  { retryDelaysMs = RETRY_DELAYS_MS }: Pick<PublicationBase, 'retryDelaysMs'>,
  { record }: OutgoingEvent,
  outcome: SendOutcome | undefined,
  isRefusal: (errorId: string | undefined) => boolean,
  reason: NonNullable<Extract<AttemptOutcome, { readonly kind: 'disabled' }>['reason']>,
): SendOutcome {
  if (outcome === undefined) throw new Error('expected an outcome for every event that was sent');
  if (outcome.kind !== 'retry' || !isRefusal(outcome.errorId)) return outcome;
  const attempts = record?.attempts ?? [];
  const others = attempts.findLastIndex(({ errorId }) => !isRefusal(errorId));
  const refusals = attempts.length - (others + 1) + 1;
  const isLast = (record?.attemptCount ?? 0) >= retryDelaysMs.length;
  if (refusals < REFUSALS_MAX && !isLast) return outcome;
  const { retryAfterMs: _wait, ...failure } = outcome;
  return {
    ...failure,
    kind: 'disabled',
    reason,
    message: `${outcome.message}, and then send what was parked by events:publications:resume`,
  };
}
