import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { findDeliveries } from '../../domain/deliveries/delivery-filter.ts';
import {
  DELIVERIES_WRITTEN_AT_ONCE_MAX,
  DELIVERY_PAGE_MAX,
  type DeliveryStore,
} from '../../domain/deliveries/delivery-store.ts';
import {
  type Erasure,
  type ErasureTarget,
  isQuarantinedErased,
  isStoredErased,
  listedFilter,
  needsPayload,
} from '../../domain/deliveries/erasure.ts';
import type { Redrive } from '../../domain/deliveries/redrive.ts';
import type { FeedStore } from '../../domain/feeds/feed-store.ts';
import type { QuarantineRecord, QuarantineStore } from '../../domain/feeds/quarantine-store.ts';
import type { AttemptIndex } from '../../domain/history/attempt-index.ts';
import { historyEventId } from '../../domain/history/history-entry.ts';
import type { HistoryStore } from '../../domain/history/history-store.ts';
import type { KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';

export interface ErasePorts {
  readonly deliveries: Pick<DeliveryStore, 'list' | 'get' | 'remove'>;
  readonly feeds: Pick<FeedStore, 'listOfApp'>;
  readonly quarantine: Pick<QuarantineStore, 'list' | 'get' | 'remove'>;
  /** Where history is stored in addition to the log. */
  readonly keptHistory?: Pick<HistoryStore, 'erase' | 'countErasable'> | undefined;
  /** The index knows events by their ids only. */
  readonly attemptIndex?: Pick<AttemptIndex, 'find' | 'erase'> | undefined;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly keptEvents: Pick<KeptEventStore, 'list' | 'remove'>;
  readonly clock: Clock;
}

/** The result of one page of a redrive. */
export interface RedriveStep {
  readonly moved: Redrive;
  readonly isOver: boolean;
}

/** A payload takes up to 1 MB of memory. */
const PAYLOADS_AT_ONCE_MAX = 10;
/** All entries of a feed: they have no payloads and are retained for seven days only. */
const QUARANTINE_LISTED_MAX = 100_000;

/**
 * Removes the matching deliveries of one page. After the last page it removes from the quarantine, as far as time
 * allows, and then from the history: an attempt that was in progress has written its entry by then.
 */
export async function erasePage(ports: ErasePorts, redrive: Redrive, untilMs: number): Promise<RedriveStep> {
  const { erasure } = redrive;
  if (erasure?.value === undefined) throw new Error('expected an erasure under way to say what it erases');
  const target: ErasureTarget = { by: erasure.by, value: erasure.value };
  return erasure.stage === 'deliveries'
    ? eraseDeliveries(ports, redrive, erasure, target)
    : eraseQuarantine(ports, redrive, erasure, target, untilMs);
}

/**
 * Deletes by id alone, whatever has become of a delivery since it was listed: an attempt in progress finds its record
 * gone and stores none, and a message that names the delivery ends when it is received.
 */
async function eraseDeliveries(
  ports: ErasePorts,
  redrive: Redrive,
  erasure: Erasure,
  target: ErasureTarget,
): Promise<RedriveStep> {
  const { appId } = redrive;
  const page = await findErasable(ports, appId, target, redrive.after);
  const removed = await sideBySide(page.ids, DELIVERIES_WRITTEN_AT_ONCE_MAX, (id) =>
    ports.deliveries.remove(appId, id),
  );
  return {
    moved: {
      ...redrive,
      after: page.next,
      doneCount: redrive.doneCount + removed.filter((result) => result === 'removed').length,
      scannedCount: redrive.scannedCount + page.scanned,
      erasure: page.next === undefined ? { ...erasure, stage: 'quarantine' } : erasure,
    },
    isOver: false,
  };
}

/** The next page of matching deliveries. */
export async function findErasable(
  { deliveries }: Pick<ErasePorts, 'deliveries'>,
  appId: string,
  target: ErasureTarget,
  after: string | undefined,
): Promise<{
  readonly ids: readonly string[];
  readonly scanned: number;
  readonly next: string | undefined;
}> {
  const page = await findDeliveries(deliveries, appId, {
    filter: listedFilter(target),
    order: 'oldest-first',
    limit: DELIVERY_PAGE_MAX,
    after,
  });
  const ids = page.deliveries.map(({ id }) => id);
  if (target.by !== 'record') return { ids, scanned: page.scanned, next: page.next };
  const naming = await sideBySide(ids, PAYLOADS_AT_ONCE_MAX, async (id) => {
    const stored = await deliveries.get(appId, id);
    return stored !== undefined && isStoredErased(stored.eventJson, target) ? id : undefined;
  });
  return { ids: naming.filter((id) => id !== undefined), scanned: page.scanned, next: page.next };
}

async function eraseQuarantine(
  ports: ErasePorts,
  redrive: Redrive,
  erasure: Erasure,
  target: ErasureTarget,
  untilMs: number,
): Promise<RedriveStep> {
  let { quarantineAfter: after, quarantineCount } = erasure;
  let scannedCount = 0;
  let isOver = true;
  for await (const page of quarantinePages(ports, redrive.appId, target, after)) {
    const removed = await sideBySide(page.matching, PAYLOADS_AT_ONCE_MAX, ({ feedId, cursor }) =>
      ports.quarantine.remove(feedId, cursor),
    );
    quarantineCount += removed.filter((result) => result === 'removed').length;
    scannedCount += page.scanned;
    after = page.last;
    if (ports.clock.now() >= untilMs) {
      isOver = false;
      break;
    }
  }
  let { historyCount, keptCount = 0 } = erasure;
  if (isOver) keptCount += await eraseKept(ports, redrive.appId, target);
  if (isOver && ports.attemptIndex !== undefined && target.by === 'event-id') {
    const erased = await ports.attemptIndex.erase(redrive.appId, historyEventId(target.value));
    historyCount = (historyCount ?? 0) + erased;
  }
  if (isOver && ports.keptHistory !== undefined) {
    const hasTime = () => ports.clock.now() < untilMs;
    const erased = await eraseHistory(ports.keptHistory, redrive.appId, target, hasTime);
    historyCount = (historyCount ?? 0) + erased.count;
    isOver = erased.isOver;
  }
  return {
    moved: {
      ...redrive,
      scannedCount: redrive.scannedCount + scannedCount,
      erasure: { ...erasure, quarantineAfter: after, quarantineCount, historyCount, keptCount },
    },
    isOver,
  };
}

/** Removes the matching kept events of subscriptions. */
async function eraseKept(ports: ErasePorts, appId: string, target: ErasureTarget): Promise<number> {
  let count = 0;
  for await (const { subscriptionId, ids } of keptErasable(ports, appId, target)) {
    count += await ports.keptEvents.remove(appId, subscriptionId, ids);
  }
  return count;
}

/** The matching kept events of subscriptions, one part at a time. */
export async function* keptErasable(
  { subscriptions, keptEvents }: Pick<ErasePorts, 'subscriptions' | 'keptEvents'>,
  appId: string,
  target: ErasureTarget,
): AsyncGenerator<{ readonly subscriptionId: string; readonly ids: readonly string[] }> {
  // Includes subscriptions that no longer keep events: a worker may have kept some at the moment of the change.
  for (const { id: subscriptionId } of await subscriptions.list(appId)) {
    let after: string | undefined;
    do {
      const page = await keptEvents.list(appId, subscriptionId, { limit: KEPT_PAGE, after });
      const ids = page.filter(({ eventJson }) => isStoredErased(eventJson, target)).map(({ id }) => id);
      if (ids.length > 0) yield { subscriptionId, ids };
      after = page.length < KEPT_PAGE ? undefined : page.at(-1)?.id;
    } while (after !== undefined);
  }
}

/** Events of 32 kB each. */
const KEPT_PAGE = 100;

/** A piece is one transaction, and other writers wait for it. */
const HISTORY_PIECE = 1_000;

async function eraseHistory(
  history: Pick<HistoryStore, 'erase'>,
  appId: string,
  target: ErasureTarget,
  hasTime: () => boolean,
): Promise<{ readonly count: number; readonly isOver: boolean }> {
  let count = 0;
  do {
    const erased = await history.erase(appId, target, HISTORY_PIECE);
    count += erased;
    if (erased < HISTORY_PIECE) return { count, isOver: true };
  } while (hasTime());
  return { count, isOver: false };
}

type QuarantinePlace = Pick<QuarantineRecord, 'feedId' | 'cursor'>;

/** The matching entries in the quarantines of an app's feeds, feed by feed, in text order of ids and cursors. */
export async function* quarantinePages(
  { feeds, quarantine }: Pick<ErasePorts, 'feeds' | 'quarantine'>,
  appId: string,
  target: ErasureTarget,
  after?: QuarantinePlace,
): AsyncGenerator<{
  readonly matching: readonly QuarantinePlace[];
  readonly scanned: number;
  readonly last: QuarantinePlace;
}> {
  const ids = (await feeds.listOfApp(appId)).map(({ feed }) => feed.id);
  for (const feedId of ids) {
    if (after !== undefined && feedId < after.feedId) continue;
    const records = (await quarantine.list(feedId, QUARANTINE_LISTED_MAX))
      .filter(({ cursor }) => after?.feedId !== feedId || cursor > after.cursor)
      .sort((one, other) => (one.cursor < other.cursor ? -1 : 1));
    for (let start = 0; start < records.length; start += PAYLOADS_AT_ONCE_MAX) {
      const page = records.slice(start, start + PAYLOADS_AT_ONCE_MAX);
      const matching = await sideBySide(page, PAYLOADS_AT_ONCE_MAX, async (record) => {
        const event = needsPayload(target) ? await quarantine.get(feedId, record.cursor) : record;
        return event !== undefined && isQuarantinedErased(event, target) ? record : undefined;
      });
      const { cursor } = page.at(-1) ?? { cursor: '' };
      yield {
        matching: matching.filter((record) => record !== undefined),
        scanned: page.length,
        last: { feedId, cursor },
      };
    }
  }
}
