import {
  type DEAD_LETTER_KINDS,
  DEAD_LETTER_QUEUES,
  type DeadLetter,
  type DeadLetterContent,
  type DeadLetterQueueName,
  deadLetterContent,
  deadLetterEvents,
} from './dead-letter.ts';

/**
 * Selects the dead letters that match every field given. An absent field matches any dead letter. A dead letter that
 * lacks a given field does not match: a retry only names its delivery, so it has no subscription and no event.
 */
export interface DeadLetterFilter {
  readonly queue?: DeadLetterQueueName | undefined;
  readonly kind?: (typeof DEAD_LETTER_KINDS)[number] | undefined;
  readonly appId?: string | undefined;
  readonly publicationId?: string | undefined;
  readonly subscriptionId?: string | undefined;
  /** Id, type and subject have to match the same event, which may be any one of a batch. */
  readonly eventId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly eventSubject?: string | undefined;
  /** Sent at this time or later. */
  readonly fromMs?: number | undefined;
  /** Sent before this time. */
  readonly untilMs?: number | undefined;
  /** Part of the reason; case-insensitive. */
  readonly reason?: string | undefined;
}

/** The queues that may hold matching dead letters. */
export function queuesOf({ queue }: DeadLetterFilter): readonly DeadLetterQueueName[] {
  return queue === undefined ? DEAD_LETTER_QUEUES : [queue];
}

export function matchesDeadLetterFilter(deadLetter: DeadLetter, filter: DeadLetterFilter): boolean {
  return (
    equalsIfGiven(deadLetter.queue, filter.queue) &&
    deadLetter.sentAtMs >= (filter.fromMs ?? Number.NEGATIVE_INFINITY) &&
    deadLetter.sentAtMs < (filter.untilMs ?? Number.POSITIVE_INFINITY) &&
    (filter.reason === undefined ||
      deadLetter.reason?.toLowerCase().includes(filter.reason.toLowerCase()) === true) &&
    hasContent(deadLetter, filter) &&
    hasEvent(deadLetter, filter)
  );
}

function hasContent(
  deadLetter: DeadLetter,
  { kind, appId, publicationId, subscriptionId }: DeadLetterFilter,
) {
  // No field needs the body, which may be a megabyte to parse.
  if ([kind, appId, publicationId, subscriptionId].every((asked) => asked === undefined)) return true;
  const content: { readonly kind: DeadLetterContent['kind'] } & Owners = deadLetterContent(deadLetter);
  return (
    equalsIfGiven(content.kind, kind) &&
    equalsIfGiven(content.appId, appId) &&
    equalsIfGiven(content.publicationId, publicationId) &&
    equalsIfGiven(content.subscriptionId, subscriptionId)
  );
}

interface Owners {
  readonly appId?: string | undefined;
  readonly publicationId?: string | undefined;
  readonly subscriptionId?: string | undefined;
}

function hasEvent(deadLetter: DeadLetter, { eventId, eventType, eventSubject }: DeadLetterFilter): boolean {
  if ([eventId, eventType, eventSubject].every((asked) => asked === undefined)) return true;
  return deadLetterEvents(deadLetter).some(
    ({ id, type, subject }) =>
      equalsIfGiven(id, eventId) && equalsIfGiven(type, eventType) && equalsIfGiven(subject, eventSubject),
  );
}

function equalsIfGiven<T>(value: T, asked: T | undefined): boolean {
  return asked === undefined || value === asked;
}
