import { sideBySide } from '../../base/side-by-side.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { App } from '../../domain/apps/app.ts';
import type { DeadLetterQueue } from '../../domain/dead-letters/dead-letter-queue.ts';
import type { Attempt, Delivery } from '../../domain/deliveries/delivery.ts';
import { findDeliveries } from '../../domain/deliveries/delivery-filter.ts';
import { DeliveryMessageError, parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import { DELIVERY_PAGE_MAX, type DeliveryStore } from '../../domain/deliveries/delivery-store.ts';
import { isEventErased } from '../../domain/deliveries/erasure.ts';
import { EventFormatError } from '../../domain/events/event.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import type { QuarantineRecord, QuarantineStore } from '../../domain/feeds/quarantine-store.ts';
import type {
  DeliveryHistory,
  FoundHistory,
  HistoryBusy,
  HistorySpan,
} from '../../domain/history/delivery-history.ts';
import { historyEventId, type KeptEntry } from '../../domain/history/history-entry.ts';
import type { TracedStatus } from '../../domain/history/traced-status.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { Stream } from '../../domain/streams/stream.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

export interface TracePorts {
  readonly history: DeliveryHistory;
  readonly deliveries: Pick<DeliveryStore, 'list' | 'get'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly publications: Pick<PublicationStore, 'list'>;
  readonly streams: Pick<StreamStore, 'list'>;
  readonly feeds: Pick<FeedStore, 'listOfApp'>;
  readonly quarantine: Pick<QuarantineStore, 'list'>;
  readonly deadLetters: Pick<DeadLetterQueue, 'counts' | 'removeWhere'>;
}

export interface EventTrace {
  readonly kind: 'traced';
  readonly eventType: string | undefined;
  readonly eventSubject: string | undefined;
  /** When its first delivery was queued; undefined if that is no longer known. */
  readonly receivedAtMs: number | undefined;
  readonly subscription: Subscription | undefined;
  /** All of the app's, as they were when the event was traced. */
  readonly subscriptions: readonly Subscription[];
  readonly publications: readonly Publication[];
  /** The deliveries that resulted from it, oldest first. */
  readonly deliveries: readonly TracedDelivery[];
  readonly otherStreams: readonly OtherStream[];
  readonly quarantined: readonly QuarantineRecord[];
  readonly deadLetters: readonly TracedDeadLetter[];
  readonly isComplete: boolean;
  readonly scannedBytes: number | undefined;
  readonly recordsScanned: number;
}

export interface TracedDelivery {
  readonly id: string;
  readonly publication: string;
  readonly subscriptionId: string | undefined;
  readonly status: TracedStatus;
  readonly isStored: boolean;
  readonly attempts: readonly Attempt[];
  readonly nextAttemptAtMs: number | undefined;
  /** What happens next; for people. */
  readonly next: string;
}

/** A stream of the event's subscription that left no trace of the event. */
export interface OtherStream {
  readonly stream: Stream;
  /** Events that its filter dropped in the minutes around this one. */
  readonly droppedCount: number;
}

export interface TracedDeadLetter {
  readonly id: string;
  readonly publication: string;
  readonly receiveCount: number | undefined;
}

/** One event rarely has more: eleven attempts on each of a few streams. */
const ENTRIES_MAX = 500;
const READ_AT_ONCE_MAX = 10;
const QUARANTINE_LISTED_MAX = 1_000;
/** Drop counts are written within a minute. */
const AROUND_MS = 2 * 60_000;

/** Combines what history, stored deliveries, quarantine and dead letters know about an event. */
export async function traceEvent(
  ports: TracePorts,
  app: Pick<App, 'id' | 'name'>,
  eventId: string,
  span: HistorySpan,
): Promise<EventTrace | HistoryBusy> {
  const appId = app.id;
  // Listed first, because the history may need them to know where to search.
  const [subscriptions, publications, streams] = await Promise.all([
    ports.subscriptions.list(appId),
    ports.publications.list(appId),
    ports.streams.list(appId),
  ]);
  const query = { ...span, eventId: historyEventId(eventId), limit: ENTRIES_MAX };
  const [history, stored, quarantined, deadLetters] = await Promise.all([
    ports.history.find(appId, { ...query, listed: { publications, streams } }),
    findDeliveries(ports.deliveries, appId, { filter: { eventId }, limit: DELIVERY_PAGE_MAX }),
    quarantinedOf(ports, appId, eventId),
    deadLettersOf(ports, appId, eventId),
  ]);
  if (history.kind === 'busy') return history;
  const records = await withRecordsOf(ports, appId, history, stored.deliveries);
  const deliveries = mergeDeliveries(app.name, history.entries, records, publications);
  const subscriptionId = deliveries.find((each) => each.subscriptionId !== undefined)?.subscriptionId;
  const receivedAtMs = receivedAt(history.entries, records);
  const silent = streams.filter(
    (stream) =>
      stream.subscriptionId === subscriptionId &&
      !deliveries.some(
        (each) =>
          each.subscriptionId === stream.subscriptionId && each.publication === stream.publicationName,
      ),
  );
  const described = records[0] ?? history.entries.find(({ eventType }) => eventType !== undefined);
  return {
    kind: 'traced',
    eventType: described?.eventType,
    eventSubject: described?.eventSubject,
    receivedAtMs,
    subscription: subscriptions.find(({ id }) => id === subscriptionId),
    subscriptions,
    publications,
    deliveries,
    otherStreams: await withDrops(ports, appId, silent, receivedAtMs),
    quarantined,
    deadLetters: deadLetters.found,
    isComplete: history.isComplete && stored.next === undefined && deadLetters.isComplete,
    scannedBytes: history.scannedBytes,
    recordsScanned: stored.scanned,
  };
}

/** The search for records is limited, so those that the history names are also read by id. */
async function withRecordsOf(
  { deliveries }: TracePorts,
  appId: string,
  { entries }: FoundHistory,
  found: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const known = new Set(found.map(({ id }) => id));
  // A delivery that succeeded at once never had a record.
  const failed = new Set(
    entries
      .filter(({ attempt, outcome }) => outcome !== 'dropped' && (attempt !== 1 || outcome !== 'delivered'))
      .map(({ deliveryId }) => deliveryId),
  );
  const missing = [...failed].filter((id) => !known.has(id));
  const read = await sideBySide(
    missing,
    READ_AT_ONCE_MAX,
    async (id) => (await deliveries.get(appId, id))?.delivery,
  );
  return [...found, ...read.filter((delivery) => delivery !== undefined)];
}

function receivedAt(entries: readonly KeptEntry[], records: readonly Delivery[]): number | undefined {
  const first = entries.filter(({ attempt }) => attempt === 1).map(({ queuedAtMs }) => queuedAtMs);
  const dropped = entries.filter(({ outcome }) => outcome === 'dropped').map(({ atMs }) => atMs);
  const times = [...first, ...dropped].filter((atMs) => atMs !== undefined);
  // A record is created when the first attempt begins or the filter fails.
  const all = times.length > 0 ? times : records.map(({ createdAtMs }) => createdAtMs);
  return all.length === 0 ? undefined : Math.min(...all);
}

function mergeDeliveries(
  app: string,
  entries: readonly KeptEntry[],
  records: readonly Delivery[],
  publications: readonly Publication[],
): readonly TracedDelivery[] {
  const byId = Map.groupBy(entries.toReversed(), ({ deliveryId }) => deliveryId);
  for (const { id } of records) if (!byId.has(id)) byId.set(id, []);
  return [...byId].map(([id, ofDelivery]) => {
    const record = records.find((each) => each.id === id);
    const last = ofDelivery.at(-1);
    const status = record?.status ?? statusOf(last);
    const publication = record?.publicationName ?? last?.publication ?? '';
    return {
      id,
      publication,
      subscriptionId: record?.subscriptionId ?? last?.subscriptionId,
      status,
      isStored: record !== undefined,
      attempts: mergeAttempts(ofDelivery, record?.attempts ?? []),
      nextAttemptAtMs: record?.nextAttemptAtMs,
      next: nextOf(
        app,
        status,
        id,
        record,
        publications.find(({ name }) => name === publication),
      ),
    };
  });
}

function statusOf(last: KeptEntry | undefined): TracedStatus {
  switch (last?.outcome) {
    case 'delivered':
    case 'rejected':
    case 'exhausted':
    case 'dropped':
      return last.outcome;
    default:
      // The delivery was waiting or parked when last seen.
      return 'unknown';
  }
}

/** Attempts that ended this close together are the same: the log line is written once the record is stored. */
const SAME_ATTEMPT_MS = 5_000;

/** The record has more detail about an attempt, the history has more attempts. */
function mergeAttempts(entries: readonly KeptEntry[], recorded: readonly Attempt[]): readonly Attempt[] {
  const isRecorded = ({ atMs, status }: KeptEntry) =>
    recorded.some(
      (attempt) =>
        attempt.status === status && Math.abs(atMs - attempt.atMs - attempt.durationMs) < SAME_ATTEMPT_MS,
    );
  const others = entries
    .filter((entry) => entry.outcome !== 'dropped' && !isRecorded(entry))
    .map(
      ({ atMs, durationMs = 0, status, errorId, answer }): Attempt => ({
        atMs,
        durationMs,
        status,
        errorId,
        answer,
      }),
    );
  return [...others, ...recorded].sort((one, other) => one.atMs - other.atMs);
}

function nextOf(
  app: string,
  status: TracedStatus,
  id: string,
  record: Delivery | undefined,
  publication: Publication | undefined,
): string {
  const byHand =
    record === undefined ? '' : `; to try it again: sluice events:deliveries:retry ${id} -a ${app}`;
  switch (status) {
    case 'delivered':
      return 'nothing: the target has it';
    case 'waiting':
      return record?.replayedAtMs === undefined
        ? 'it is tried again at that time'
        : 'it is tried again at that time, because a person asked for it';
    case 'parked':
      return publication === undefined || publication.state === 'active'
        ? 'it is sent at the drain rate of its publication'
        : `it is sent once the publication is resumed, which is ${publication.state}: sluice events:publications:resume ${publication.name} -a ${app}`;
    case 'rejected':
      return record?.stage === 'filter'
        ? `nothing: the filter of the stream failed on it; change the filter${byHand}`
        : `nothing: the target will not take it${byHand}`;
    case 'available':
      return 'it waits until an app pulls it, or it is too old';
    case 'exhausted':
      return `nothing: all retries failed${byHand}`;
    case 'discarded':
      return `nothing: it was discarded${byHand}`;
    case 'dropped':
      return 'nothing: the filter of the stream dropped it';
    case 'unknown':
      return 'not known: its record is gone, because it was erased or its publication deleted';
    default:
      return unreachable(status);
  }
}

async function withDrops(
  { history }: TracePorts,
  appId: string,
  streams: readonly Stream[],
  receivedAtMs: number | undefined,
): Promise<readonly OtherStream[]> {
  const isAsked = receivedAtMs !== undefined && streams.some(({ filter }) => filter !== null);
  const found = isAsked
    ? await history.drops(appId, {
        fromMs: receivedAtMs - AROUND_MS,
        untilMs: receivedAtMs + AROUND_MS,
        limit: ENTRIES_MAX,
      })
    : undefined;
  // If the history is busy, the trace goes without drop counts, which are secondary.
  const drops = found?.kind === 'found' ? found.drops : [];
  return streams.map((stream) => ({
    stream,
    droppedCount: drops
      .filter(
        (each) =>
          each.subscriptionId === stream.subscriptionId && each.publication === stream.publicationName,
      )
      .reduce((sum, { count }) => sum + count, 0),
  }));
}

async function quarantinedOf(
  { feeds, quarantine }: TracePorts,
  appId: string,
  eventId: string,
): Promise<readonly QuarantineRecord[]> {
  const ids = (await feeds.listOfApp(appId)).map(({ feed }) => feed.id);
  const lists = await sideBySide(ids, READ_AT_ONCE_MAX, (feedId) =>
    quarantine.list(feedId, QUARANTINE_LISTED_MAX),
  );
  return lists.flat().filter((record) => record.eventId === eventId);
}

async function deadLettersOf(
  { deadLetters }: TracePorts,
  appId: string,
  eventId: string,
): Promise<{ readonly found: readonly TracedDeadLetter[]; readonly isComplete: boolean }> {
  // Examining dead letters costs requests, and there are hardly ever any.
  if ((await deadLetters.counts()).deliveries === 0) return { found: [], isComplete: true };
  // Keyed by id, because a queue may return a message twice.
  const found = new Map<string, TracedDeadLetter>();
  const { isComplete } = await deadLetters.removeWhere('deliveries', ({ id, body, receiveCount }) => {
    const publication = publicationOf(body, appId, eventId);
    if (publication !== undefined) found.set(id, { id, publication, receiveCount });
    return false;
  });
  return { found: [...found.values()], isComplete };
}

function publicationOf(body: string, appId: string, eventId: string): string | undefined {
  try {
    const message = parseDeliveryMessage(body);
    if (message.kind !== 'first' || message.appId !== appId) return undefined;
    const isNamed = message.eventJsons.some((json) =>
      isEventErased(json, { by: 'event-id', value: eventId }),
    );
    return isNamed ? message.publicationName : undefined;
  } catch (error) {
    // The owner of an unreadable message is unknown, so no app may see it.
    if (error instanceof DeliveryMessageError || error instanceof EventFormatError) return undefined;
    throw error;
  }
}
