import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import { unreachable } from '../../../src/base/unreachable.ts';
import {
  type DeadLetter,
  type DeadLetterContent,
  type ListedDeadLetter,
  listedDeadLetter,
} from '../../../src/domain/dead-letters/dead-letter.ts';
import type * as schema from '../../../src/management/dead-letters/schema.ts';
import type { Shown } from '../shown.ts';

type ShownDeadLetter = Shown<typeof schema.DeadLetter>;

/** `appNames` by id: an app may have been deleted. */
export function deadLetterObject(
  deadLetter: ListedDeadLetter,
  appNames: ReadonlyMap<string, string>,
): ShownDeadLetter {
  return {
    ...contentFields(deadLetter.content, appNames),
    id: deadLetter.id,
    queue: deadLetter.queue,
    reason: deadLetter.reason,
    receive_count: deadLetter.receiveCount,
    sent_at: timeText(deadLetter.sentAtMs),
    first_received_at: optionalTimeText(deadLetter.firstReceivedAtMs),
  };
}

function contentFields(
  content: DeadLetterContent,
  appNames: ReadonlyMap<string, string>,
): Pick<ShownDeadLetter, 'kind'> & Partial<ShownDeadLetter> {
  switch (content.kind) {
    case 'delivery':
      return {
        kind: content.kind,
        app: { id: content.appId, name: appNames.get(content.appId) },
        publication: { id: content.publicationId, name: content.publicationName },
        subscription_id: content.subscriptionId,
        event_count: content.eventCount,
        event_id: content.event?.id,
        event_type: content.event?.type,
        event_subject: content.event?.subject,
      };
    case 'retry':
      return {
        kind: content.kind,
        app: { id: content.appId, name: appNames.get(content.appId) },
        publication: { id: content.publicationId },
        delivery_id: content.deliveryId,
      };
    case 'poll':
      return { kind: content.kind, feed_ids: content.feedIds };
    case 'unreadable':
      return { kind: content.kind };
    default:
      return unreachable(content);
  }
}

/** Includes the whole body, for administrators only. */
export function deadLetterDetail(
  deadLetter: DeadLetter,
  appNames: ReadonlyMap<string, string>,
): Shown<typeof schema.DeadLetterDetail> {
  return { ...deadLetterObject(listedDeadLetter(deadLetter), appNames), body: deadLetter.body };
}
