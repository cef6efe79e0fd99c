import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { judgeLastingRefusal } from '../outbound/lasting-refusal.ts';
import type { WebhookPublication } from './target.ts';

/** The token URL no longer accepts the client, or not with this secret or scope: retries cannot fix that. */
export const CLIENT_REFUSED = 'oauth-refused';

/** A client that keeps being refused disables the publication. */
export function judgeRefusedClient(
  publication: WebhookPublication,
  event: OutgoingEvent,
  outcome: SendOutcome | undefined,
): SendOutcome {
  return judgeLastingRefusal(
    publication,
    event,
    outcome,
    (errorId) => errorId === CLIENT_REFUSED,
    'client-refused',
  );
}
