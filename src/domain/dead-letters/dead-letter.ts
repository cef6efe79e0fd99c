import { unreachable } from '../../base/unreachable.ts';
import {
  type DeliveryMessage,
  DeliveryMessageError,
  parseDeliveryMessage,
} from '../deliveries/delivery-message.ts';
import { EventFormatError, parseEvent } from '../events/event.ts';
import { PollMessageError, parsePollMessage } from '../feeds/poll-message.ts';

/** The queues whose messages may end as dead letters. */
export const DEAD_LETTER_QUEUES = ['deliveries', 'ordered', 'polls'] as const;
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** A queue message that its consumer could not finish. */
export interface DeadLetter {
  /** The queue's message id; it is stable for as long as the message is a dead letter. */
  readonly id: string;
  /** The source queue, to which a redrive returns the message. */
  readonly queue: DeadLetterQueueName;
  readonly body: string;
  /** Absent if the queue itself moved the message after too many receives. */
  readonly reason?: string | undefined;
  /** Number of receives by the consumer. A queue may also count each look at the dead letter. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs?: number | undefined;
  /** A redrive uses the same group. */
  readonly groupId?: string | undefined;
}

/** A dead letter as a list shows it, without the body, which may be a megabyte. */
export interface ListedDeadLetter extends Omit<DeadLetter, 'body'> {
  readonly content: DeadLetterContent;
}

export function listedDeadLetter({ body, ...deadLetter }: DeadLetter): ListedDeadLetter {
  return { ...deadLetter, content: deadLetterContent({ queue: deadLetter.queue, body }) };
}

/** delivery: a first delivery with its events; retry: only names its delivery; poll: feeds that need a worker. */
export const DEAD_LETTER_KINDS = ['delivery', 'retry', 'poll', 'unreadable'] as const;

/** The readable part of a dead letter; `kind` is one of `DEAD_LETTER_KINDS`. */
export type DeadLetterContent =
  | {
      readonly kind: 'delivery';
      readonly appId: string;
      readonly publicationId: string;
      readonly publicationName: string;
      readonly subscriptionId: string | undefined;
      readonly eventCount: number;
      /** The first event; undefined when it cannot be read. */
      readonly event: EventHead | undefined;
    }
  | {
      readonly kind: 'retry';
      readonly appId: string;
      readonly publicationId: string;
      readonly deliveryId: string;
    }
  | { readonly kind: 'poll'; readonly feedIds: readonly string[] }
  | { readonly kind: 'unreadable' };

interface EventHead {
  readonly id: string;
  readonly type: string;
  readonly subject: string | undefined;
}

const UNREADABLE: DeadLetterContent = { kind: 'unreadable' };

export function deadLetterContent({ queue, body }: Pick<DeadLetter, 'queue' | 'body'>): DeadLetterContent {
  switch (queue) {
    case 'deliveries':
    case 'ordered':
      return deliveryContent(body);
    case 'polls':
      return pollContent(body);
    default:
      return unreachable(queue);
  }
}

function deliveryContent(body: string): DeadLetterContent {
  const message = readDelivery(body);
  if (message === undefined) return UNREADABLE;
  if (message.kind === 'retry') {
    const { appId, publicationId, deliveryId } = message;
    return { kind: 'retry', appId, publicationId, deliveryId };
  }
  const { appId, publicationId, publicationName, subscriptionId, eventJsons } = message;
  return {
    kind: 'delivery',
    appId,
    publicationId,
    publicationName,
    subscriptionId,
    eventCount: eventJsons.length,
    event: eventHead(eventJsons[0] ?? ''),
  };
}

/** The events of a dead letter, as far as they are readable. */
export function deadLetterEvents({ queue, body }: Pick<DeadLetter, 'queue' | 'body'>): readonly EventHead[] {
  const message = queue === 'polls' ? undefined : readDelivery(body);
  if (message?.kind !== 'first') return [];
  return message.eventJsons.map(eventHead).filter((head) => head !== undefined);
}

function readDelivery(body: string): DeliveryMessage | undefined {
  try {
    return parseDeliveryMessage(body);
  } catch (error) {
    // An unreadable message is a valid finding, not a failure.
    if (error instanceof DeliveryMessageError) return undefined;
    throw error;
  }
}

function eventHead(json: string): EventHead | undefined {
  try {
    const { id, type, subject } = parseEvent(json);
    return { id, type, subject };
  } catch (error) {
    // As above; the rest of the message is shown without its event.
    if (error instanceof EventFormatError) return undefined;
    throw error;
  }
}

function pollContent(body: string): DeadLetterContent {
  try {
    return { kind: 'poll', feedIds: parsePollMessage(body).feedIds };
  } catch (error) {
    // As above.
    if (error instanceof PollMessageError) return UNREADABLE;
    throw error;
  }
}
