import { base64Bytes, parseBase64Url } from '../../base/base64.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { EventDecoder } from '../../domain/feeds/event-decoder.ts';
import type { Feed } from '../../domain/feeds/feed.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import {
  QUARANTINE_PAGE_MAX,
  type QuarantinedEvent,
  type QuarantineRecord,
} from '../../domain/feeds/quarantine-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { type AcceptPorts, acceptFrame } from '../../pipeline/read/accept-frame.ts';
import { ROUTING_TABLES_READ_AT_ONCE_MAX, type RoutingTables } from '../../pipeline/route/route.ts';
import { usersOf } from '../subscriptions/subscription-feeds.ts';

export interface QuarantinePorts extends AcceptPorts {
  readonly feeds: FeedStore;
  readonly subscriptions: SubscriptionStore;
  readonly routing: RoutingTables;
  readonly decoder: EventDecoder;
}

/** Waits before resending what the queue refused; short, because a person is waiting for the answer. */
const REFUSED_RETRY_DELAYS_MS = [200, 1_000];
/** An app's feeds whose quarantine is read concurrently; bounds the store's answers in memory. */
const FEEDS_READ_AT_ONCE_MAX = 10;

/** An event's own id may not be unique, so its feed and its position there identify it. */
export function quarantineId({ feedId, cursor }: Pick<QuarantinedEvent, 'feedId' | 'cursor'>): string {
  return `${feedId}.${base64Bytes(cursor).toString('base64url')}`;
}

/** Lists the quarantine of all the app's feeds, newest first, at most `QUARANTINE_PAGE_MAX`. */
export async function listQuarantine(
  { feeds, quarantine }: Pick<QuarantinePorts, 'feeds' | 'quarantine'>,
  appId: string,
): Promise<QuarantineRecord[]> {
  const lists = await sideBySide(await feeds.listOfApp(appId), FEEDS_READ_AT_ONCE_MAX, ({ feed }) =>
    quarantine.list(feed.id, QUARANTINE_PAGE_MAX),
  );
  return lists
    .flat()
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, QUARANTINE_PAGE_MAX);
}

export async function findQuarantined(
  { feeds, quarantine }: Pick<QuarantinePorts, 'feeds' | 'quarantine'>,
  appId: string,
  id: string,
): Promise<{ readonly kind: 'found'; readonly feed: Feed; readonly event: QuarantinedEvent } | Refusal> {
  const [feedId = '', place = ''] = id.split('.');
  const feed = await feeds.get(feedId);
  const cursor = parseBase64Url(place)?.toString('base64');
  const event =
    feed?.appId === appId && cursor !== undefined ? await quarantine.get(feedId, cursor) : undefined;
  return feed === undefined || event === undefined ? notThere(id) : { kind: 'found', feed, event };
}

/**
 * Decodes the event again and routes it through the current streams. It leaves the quarantine once everything that
 * resulted from it is accepted; otherwise it stays, with the new reason.
 */
export async function replayQuarantined(
  ports: QuarantinePorts,
  appId: string,
  id: string,
): Promise<{ readonly kind: 'replayed'; readonly event: QuarantinedEvent } | Refusal> {
  const found = await findQuarantined(ports, appId, id);
  if (found.kind === 'refused') return found;
  const { feed, event } = found;
  const { quarantine, routing, decoder } = ports;
  const readers = (await usersOf(ports, appId, feed.id)).filter(({ paused }) => !paused);
  if (readers.length === 0) {
    return refuse(
      'not-replayable',
      `expected a subscription that reads ${event.topic}, found all of them paused: resume one first`,
    );
  }
  const { cursor, eventId, schemaId, payload, atMs } = event;
  const raw = { id: eventId, schemaId, payload, receivedAtMs: atMs };
  const formats = new Set(readers.map(({ format }) => format));
  const decoded = await decoder.decode(feed, { ...raw, cursor }, formats);
  switch (decoded.kind) {
    case 'not-authorized':
      return refuse('authorization-not-active', decoded.message);
    case 'unreachable':
      return refuse('salesforce-unreachable', decoded.message);
    case 'undecodable':
      await quarantine.put({ ...event, message: decoded.message });
      return stays(decoded.message);
    case 'decoded':
      break;
  }
  const routes = await sideBySide(readers, ROUTING_TABLES_READ_AT_ONCE_MAX, async (reader) => ({
    table: await routing.forSubscription(appId, reader.id),
    format: reader.format,
  }));
  const { count, gaps, refusal } = await acceptFrame(
    ports,
    feed,
    [{ cursor, raw, decoded }],
    routes,
    REFUSED_RETRY_DELAYS_MS,
    new AbortController().signal,
  );
  if (count === 0)
    return stays(`the delivery queue does not take it at the moment: ${refusal ?? 'no reason given'}`);
  // The event was put back, because it is too large as JSON.
  const [gap] = gaps;
  if (gap !== undefined) return stays(gap.message);
  await quarantine.remove(feed.id, cursor);
  return { kind: 'replayed', event };
}

export async function discardQuarantined(
  ports: Pick<QuarantinePorts, 'feeds' | 'quarantine'>,
  appId: string,
  id: string,
): Promise<{ readonly kind: 'discarded'; readonly event: QuarantinedEvent } | Refusal> {
  const found = await findQuarantined(ports, appId, id);
  if (found.kind === 'refused') return found;
  const { event } = found;
  if ((await ports.quarantine.remove(event.feedId, event.cursor)) === 'gone') return notThere(id);
  return { kind: 'discarded', event };
}

function stays(message: string): Refusal {
  return refuse('not-replayable', `the event stays in quarantine: ${message}`);
}

function notThere(id: string): Refusal {
  return refuse(
    'not-found',
    `expected the id of an event in quarantine, found ${JSON.stringify(id.slice(0, 100))}; \`sluice events:quarantine\` lists them, for seven days`,
  );
}
