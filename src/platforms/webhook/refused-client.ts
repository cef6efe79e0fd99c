import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { judgeLastingRefusal } from '../outbound/lasting-refusal.ts';
import type { WebhookPublication } from './target.ts';

/** Of a token URL that knows the client no more, or not with this secret or scope: no repetition mends it. */
export const CLIENT_REFUSED = 'oauth-refused';

/** A client that stays refused disables the publication. */
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
