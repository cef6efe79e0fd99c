import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import type { HistorySpan } from '../../../src/domain/history/delivery-history.ts';
import type { DropCount, KeptEntry } from '../../../src/domain/history/history-entry.ts';
import type { LogLine } from '../../../src/domain/history/log-reader.ts';
import type { DescribeRequest } from '../../../src/domain/publications/described-request.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import type { Subscription } from '../../../src/domain/subscriptions/subscription.ts';
import type * as schema from '../../../src/management/history/schema.ts';
import type { EventTrace, OtherStream, TracedDelivery } from '../../../src/management/history/trace-event.ts';
import type * as logs from '../../../src/management/logs/schema.ts';
import type { Shown } from '../shown.ts';
import { attemptObject } from './deliveries.ts';
import { quarantineRecordObject } from './quarantine.ts';

/** By id; a deleted subscription is shown by its id. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(subscriptions: readonly Pick<Subscription, 'id' | 'name'>[]): Names {
  return new Map(subscriptions.map(({ id, name }) => [id, name]));
}
type ShownTrace = Shown<typeof schema.Trace>;

export function historyEntryObject(entry: KeptEntry, names: Names): Shown<typeof schema.HistoryEntry> {
  return {
    at: timeText(entry.atMs),
    event_id: entry.eventId,
    event_type: entry.eventType,
    event_subject: entry.eventSubject,
    delivery_id: entry.deliveryId,
    publication: entry.publication,
    subscription: subscriptionRef(entry.subscriptionId, names),
    outcome: entry.outcome,
    attempt: entry.attempt,
    duration_ms: entry.durationMs === undefined ? undefined : Math.round(entry.durationMs),
    status: entry.status,
    error_id: entry.errorId,
    queued_at: optionalTimeText(entry.queuedAtMs),
    answer: entry.answer,
  };
}

export function dropCountObject(
  { atMs, subscriptionId, publication, count }: DropCount,
  names: Names,
): Shown<typeof schema.DropCount> {
  return {
    at: timeText(atMs),
    subscription: { id: subscriptionId, name: names.get(subscriptionId) ?? subscriptionId },
    publication,
    count,
  };
}

export function searchedObject(
  { fromMs, untilMs }: HistorySpan,
  { isComplete, scannedBytes }: { readonly isComplete: boolean; readonly scannedBytes?: number | undefined },
): Shown<typeof schema.HistoryPage>['searched'] {
  return {
    from: timeText(fromMs),
    until: timeText(untilMs),
    complete: isComplete,
    scanned_bytes: scannedBytes,
  };
}

export function traceObject(
  eventId: string,
  trace: EventTrace,
  span: HistorySpan,
  describeRequest: DescribeRequest,
): ShownTrace {
  const { subscription, publications, deliveries, receivedAtMs } = trace;
  const names = namesOf(trace.subscriptions);
  const direct = deliveries.find(({ subscriptionId }) => subscriptionId === undefined);
  const source = deliveries.find(({ subscriptionId }) => subscriptionId !== undefined)?.subscriptionId;
  return {
    event_id: eventId,
    event_type: trace.eventType,
    event_subject: trace.eventSubject,
    received:
      deliveries.length === 0
        ? undefined
        : {
            at: optionalTimeText(receivedAtMs),
            subscription: subscriptionRef(source, names),
            platform: subscription?.platform,
            publication: direct?.publication,
          },
    deliveries: deliveries.map((each) => tracedDeliveryObject(each, names, publications, describeRequest)),
    other_streams: trace.otherStreams.map((each) => otherStreamObject(each, names, publications)),
    quarantine: trace.quarantined.map((record) => {
      const { id, topic, at, reason } = quarantineRecordObject(record);
      return { id, topic, at, reason };
    }),
    dead_letters: trace.deadLetters.map(({ id, publication, receiveCount }) => ({
      id,
      publication,
      receive_count: receiveCount,
    })),
    searched: { ...searchedObject(span, trace), records: trace.recordsScanned },
  };
}

function tracedDeliveryObject(
  delivery: TracedDelivery,
  names: Names,
  publications: readonly Publication[],
  describeRequest: DescribeRequest,
): ShownTrace['deliveries'][number] {
  const publication = publications.find(({ name }) => name === delivery.publication);
  return {
    id: delivery.id,
    publication: delivery.publication,
    subscription: subscriptionRef(delivery.subscriptionId, names),
    status: delivery.status,
    stored: delivery.isStored,
    attempts: delivery.attempts.map(attemptObject),
    next_attempt_at: optionalTimeText(delivery.nextAttemptAtMs),
    // Events that a filter dropped were never sent.
    request:
      publication && delivery.status !== 'dropped' ? describeRequest(publication, delivery.id) : undefined,
    next: delivery.next,
  };
}

function otherStreamObject(
  { stream, droppedCount }: OtherStream,
  names: Names,
  publications: readonly Pick<Publication, 'id' | 'name'>[],
): ShownTrace['other_streams'][number] {
  const { subscriptionId, publicationId, publicationName } = stream;
  const name = publications.find(({ id }) => id === publicationId)?.name ?? publicationName;
  return {
    source: { id: subscriptionId, name: names.get(subscriptionId) ?? subscriptionId },
    target: { id: publicationId, name },
    trace_drops: stream.traceDrops === true,
    dropped: droppedCount,
    what: whatOf(stream.filter, stream.traceDrops === true, droppedCount),
  };
}

function whatOf(filter: string | null, isTraced: boolean, droppedCount: number): string {
  if (filter === null) return 'no attempt yet, or the stream was made after the event came';
  if (isTraced) return 'no attempt yet, or the stream was made or traces its drops only since the event came';
  if (droppedCount === 0) return 'no attempt yet; its filter has dropped nothing in these minutes';
  return 'most likely dropped by its filter; --trace-drops on the stream records which events are';
}

export function logLineObject(line: LogLine): Shown<typeof logs.LogLine> {
  return {
    id: line.id,
    at: timeText(line.atMs),
    level: line.level,
    function: line.service.replace(/^sluice-/, ''),
    code: line.code,
    message: line.message,
    fields: line.fields,
  };
}

function subscriptionRef(
  id: string | undefined,
  names: Names,
): Shown<typeof schema.HistoryEntry>['subscription'] {
  return id === undefined ? undefined : { id, name: names.get(id) ?? id };
}
