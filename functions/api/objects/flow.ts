import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import type { App } from '../../../src/domain/apps/app.ts';
import type { MinuteRate } from '../../../src/domain/history/minute-rates.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import type { Stream } from '../../../src/domain/streams/stream.ts';
import type { Subscription } from '../../../src/domain/subscriptions/subscription.ts';
import type { FlowPicture } from '../../../src/management/flow/flow-reader.ts';
import type * as schema from '../../../src/management/flow/schema.ts';
import type { Shown } from '../shown.ts';
import { breakerObject } from './breakers.ts';
import { reasonObject } from './reason.ts';

type ShownFlow = Shown<typeof schema.Flow>;
type ShownMinute = ShownFlow['streams'][number]['minutes'][number];

export function flowObject(app: App, picture: FlowPicture, refreshMs: number): ShownFlow {
  const { subscriptions, publications, streams } = picture;
  return {
    app: { id: app.id, name: app.name },
    subscriptions: subscriptions.map((each) => subscriptionOf(each, picture)),
    streams: streams
      .flatMap((each) => {
        const source = subscriptions.find(({ id }) => id === each.subscriptionId);
        const target = publications.find(({ id }) => id === each.publicationId);
        // The stream's source or target was deleted a moment ago.
        if (source === undefined || target === undefined) return [];
        return [streamOf(each, source, target, picture)];
      })
      // A stable order, so that each stays where it was last time.
      .sort(
        (one, other) =>
          compare(one.source.name, other.source.name) || compare(one.target.name, other.target.name),
      ),
    publications: publications.map((each) => publicationOf(each, picture)),
    complete: picture.areRatesComplete,
    refresh_after_ms: refreshMs,
  };
}

function subscriptionOf(
  subscription: Subscription,
  { authorizations, feeds, streams, rates }: FlowPicture,
): ShownFlow['subscriptions'][number] {
  const { id, name, platform, paused, pausedReason } = subscription;
  const failure = subscription.platform === 'generate' ? subscription.failure : undefined;
  const ofSalesforce = subscription.platform === 'salesforce' ? subscription : undefined;
  const feed = feeds.find((each) => each.feed.id === ofSalesforce?.feedId);
  const authorization = authorizations.find((each) => each.id === ofSalesforce?.authorizationId);
  const ways = streams
    .filter(({ subscriptionId }) => subscriptionId === id)
    .map(({ publicationName }) => rates.filter((rate) => isOf(rate, id, publicationName)));
  const reason = paused ? pausedReason : failure;
  return {
    id,
    name,
    platform,
    topic: ofSalesforce?.topic,
    paused,
    reason: reason && reasonObject(reason),
    authorization: authorization && {
      alias: authorization.alias,
      status: authorization.status,
      reason: authorization.reason?.message,
    },
    feed: feed && {
      state: feed.feed.state,
      reason: feed.feed.reason && reasonObject(feed.feed.reason),
      lag_ms: feed.measure.lagMs,
      cursor_at: optionalTimeText(feed.feed.cursorAtMs),
      gaps: feed.feed.gaps.length,
    },
    // Each of its events goes to each of its streams, so the stream with the most events has all of them.
    minutes: minutesOf(ways, 'most'),
  };
}

function streamOf(
  stream: Stream,
  source: Subscription,
  target: Publication,
  { rates }: FlowPicture,
): ShownFlow['streams'][number] {
  return {
    source: { id: source.id, name: source.name },
    target: { id: target.id, name: target.name },
    filter: stream.filter,
    ordered: stream.order !== undefined,
    trace_drops: stream.traceDrops === true,
    minutes: minutesOf([rates.filter((rate) => isOf(rate, source.id, target.name))], 'all'),
  };
}

function publicationOf(
  publication: Publication,
  { counts, rates }: FlowPicture,
): ShownFlow['publications'][number] {
  const { id, name, platform, state, stateReason } = publication;
  const ofPublication = rates.filter((rate) => rate.publication === name);
  // Events that a filter dropped never arrived here.
  const arrived = ofPublication.map(({ dropped, received, ...rate }) => ({
    ...rate,
    received: received - dropped,
    dropped: 0,
  }));
  const counted = (status: keyof ShownFlow['publications'][number]['deliveries']) =>
    counts.get(status)?.get(id) ?? 0;
  return {
    id,
    name,
    platform,
    state,
    state_reason: stateReason,
    breaker: breakerObject(publication),
    deliveries: {
      waiting: counted('waiting'),
      available: counted('available'),
      parked: counted('parked'),
      rejected: counted('rejected'),
      exhausted: counted('exhausted'),
    },
    minutes: minutesOf([arrived], 'all'),
    direct: minutesOf([ofPublication.filter(({ subscriptionId }) => subscriptionId === undefined)], 'all'),
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function isOf(rate: MinuteRate, subscriptionId: string, publicationName: string): boolean {
  return rate.subscriptionId === subscriptionId && rate.publication === publicationName;
}

/**
 * One entry per minute, for events that took several ways: `most` takes the largest count of any way, `all` adds the
 * counts up.
 */
function minutesOf(ways: readonly (readonly MinuteRate[])[], how: 'most' | 'all'): ShownMinute[] {
  const received = new Map<number, number>();
  for (const way of ways) {
    for (const { minuteMs, received: count } of way) {
      const before = received.get(minuteMs) ?? 0;
      received.set(minuteMs, how === 'most' ? Math.max(before, count) : before + count);
    }
  }
  const byMinute = Map.groupBy(ways.flat(), ({ minuteMs }) => minuteMs);
  return (
    [...byMinute]
      .sort(([one], [other]) => one - other)
      .map(([minuteMs, rates]) => {
        const sum = (of: 'delivered' | 'kept' | 'failed' | 'parked' | 'dropped') =>
          rates.reduce((total, rate) => total + rate[of], 0);
        const lags = rates.flatMap(({ lagMsMax }) => lagMsMax ?? []);
        return {
          at: timeText(minuteMs),
          received: received.get(minuteMs) ?? 0,
          delivered: sum('delivered'),
          kept: sum('kept'),
          failed: sum('failed'),
          parked: sum('parked'),
          dropped: sum('dropped'),
          lag_ms: lags.length === 0 ? undefined : Math.max(...lags),
        };
      })
      // In a minute in which everything was dropped, nothing arrived.
      .filter(
        (minute) =>
          minute.received + minute.delivered + minute.kept + minute.failed + minute.parked + minute.dropped >
          0,
      )
  );
}
