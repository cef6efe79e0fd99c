import { timeText } from '../../../src/base/calendar.ts';
import type { Feed } from '../../../src/domain/feeds/feed.ts';
import type { StoredFeed } from '../../../src/domain/feeds/feed-store.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import { rateLimitText } from '../../../src/domain/publications/rate-limit.ts';
import { retryScheduleText } from '../../../src/domain/publications/retry-schedule.ts';
import { targetNamed } from '../../../src/domain/publications/target-platform.ts';
import type { Stream } from '../../../src/domain/streams/stream.ts';
import { inboundPath } from '../../../src/domain/subscriptions/inbound.ts';
import { sourceNamed } from '../../../src/domain/subscriptions/source-platform.ts';
import type { Subscription } from '../../../src/domain/subscriptions/subscription.ts';
import type * as publicationSchema from '../../../src/management/publications/schema.ts';
import type * as streamSchema from '../../../src/management/streams/schema.ts';
import type * as subscriptionSchema from '../../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../../src/platforms/sources.ts';
import { TARGETS } from '../../../src/platforms/targets.ts';
import type { ApiDependencies } from '../ports.ts';
import type { Input } from '../route.ts';
import type { Shown } from '../shown.ts';
import type { Backlog } from './backlogs.ts';
import { breakerObject } from './breakers.ts';
import { reasonObject } from './reason.ts';

// A subscription is shown with its targets, and a publication with its sources. The only secret that can get in here is
// an inbound URL, unless the caller may not see it.

type ShownSubscription = Shown<typeof subscriptionSchema.Subscription>;
type ShownPublication = Shown<typeof publicationSchema.Publication>;

/** The data from which an app's subscriptions, publications and streams are shown: each list is read once. */
export interface Links {
  readonly subscriptions: readonly Subscription[];
  readonly publications: readonly Publication[];
  readonly streams: readonly Stream[];
  readonly feeds: readonly StoredFeed[];
  /** Without a trailing slash; undefined for a caller that may not see inbound URLs. */
  readonly publishBaseUrl: string | undefined;
  /** By publication id, for pulled publications whose backlog was requested. */
  readonly backlogs?: ReadonlyMap<string, Backlog>;
}

export async function readLinks(
  dependencies: ApiDependencies,
  appId: string,
  { hidesSecrets }: Pick<Input<never, never>, 'hidesSecrets'>,
): Promise<Links> {
  const [subscriptions, publications, streams, feeds] = await Promise.all([
    dependencies.subscriptions.list(appId),
    dependencies.publications.list(appId),
    dependencies.streams.list(appId),
    dependencies.feeds.listOfApp(appId),
  ]);
  const publishBaseUrl = hidesSecrets ? undefined : dependencies.publishBaseUrl.replace(/\/+$/, '');
  return { subscriptions, publications, streams, feeds, publishBaseUrl };
}

export function subscriptionObject(subscription: Subscription, links: Links): ShownSubscription {
  const publications = new Map(links.publications.map((each) => [each.id, each]));
  const targets = links.streams
    .filter((stream) => stream.subscriptionId === subscription.id)
    .flatMap((stream) => {
      const publication = publications.get(stream.publicationId);
      return publication === undefined ? [] : [{ ...publicationAlone(publication), filter: stream.filter }];
    });
  return { ...subscriptionAlone(subscription, feedFor(subscription, links), links.publishBaseUrl), targets };
}

export function publicationObject(publication: Publication, links: Links): ShownPublication {
  const subscriptions = new Map(links.subscriptions.map((each) => [each.id, each]));
  const sources = links.streams
    .filter((stream) => stream.publicationId === publication.id)
    .flatMap((stream) => {
      const subscription = subscriptions.get(stream.subscriptionId);
      if (subscription === undefined) return [];
      return [
        {
          ...subscriptionAlone(subscription, feedFor(subscription, links), links.publishBaseUrl),
          filter: stream.filter,
        },
      ];
    });
  return { ...publicationAlone(publication), backlog: links.backlogs?.get(publication.id), sources };
}

export function streamObject(
  stream: Stream,
  source: Pick<Subscription, 'id' | 'name'>,
  target: Pick<Publication, 'id' | 'name'>,
): Shown<typeof streamSchema.Stream> {
  return {
    source: { id: source.id, name: source.name },
    target: { id: target.id, name: target.name },
    filter: stream.filter,
    ordered: stream.order !== undefined,
    key: stream.order === undefined ? undefined : stream.order.key,
    trace_drops: stream.traceDrops,
    created_at: timeText(stream.createdAtMs),
  };
}

function subscriptionAlone(
  subscription: Subscription,
  feed: Feed | undefined,
  publishBaseUrl: string | undefined,
): Omit<ShownSubscription, 'targets'> {
  const { id, name, platform, paused, keepLast } = subscription;
  const base = {
    id,
    name,
    platform,
    paused,
    keep_last: keepLast,
    created_at: timeText(subscription.createdAtMs),
  };
  return {
    ...base,
    ...(subscription.platform === 'webhook' &&
      publishBaseUrl !== undefined && {
        inbound_url: `${publishBaseUrl}${inboundPath(subscription.address)}`,
      }),
    params: sourceNamed(SOURCES, platform).show(subscription),
    status: statusOf(subscription, feed),
  };
}

function statusOf(subscription: Subscription, feed: Feed | undefined): ShownSubscription['status'] {
  if (subscription.paused) return shownStatus('paused', subscription.pausedReason);
  if (subscription.platform === 'salesforce') return shownStatus(feed?.state ?? 'starting', feed?.reason);
  // No feed reads them: Sluice's own events arrive by themselves.
  if (subscription.platform === 'sluice') return shownStatus('active', undefined);
  if (subscription.platform === 'webhook') return shownStatus('active', undefined);
  // A generator whose mapping fails is retried at its next interval.
  return shownStatus(subscription.failure === undefined ? 'active' : 'waiting', subscription.failure);
}

function shownStatus(
  state: ShownSubscription['status']['state'],
  reason: Feed['reason'],
): ShownSubscription['status'] {
  return { state, reason: reason === undefined ? undefined : reasonObject(reason) };
}

function publicationAlone(publication: Publication): Omit<ShownPublication, 'sources'> {
  const { id, name, platform, state, stateReason, releaseAtMs, drain } = publication;
  return {
    id,
    name,
    platform,
    params: targetNamed(TARGETS, platform).show(publication),
    state,
    state_reason: stateReason,
    breaker: breakerObject(publication),
    drain_rate: releaseAtMs === undefined ? undefined : drain?.ratePerSecond,
    retry: publication.retryDelaysMs === undefined ? undefined : retryScheduleText(publication.retryDelaysMs),
    rate_limit: publication.rateLimit === undefined ? undefined : rateLimitText(publication.rateLimit),
    ...(publication.attemptsIndexedSinceMs !== undefined && {
      index_attempts: true,
      attempts_indexed_since: timeText(publication.attemptsIndexedSinceMs),
    }),
    created_at: timeText(publication.createdAtMs),
  };
}

function feedFor(subscription: Subscription, { feeds }: Links): Feed | undefined {
  if (subscription.platform !== 'salesforce') return undefined;
  return feeds.find(({ feed }) => feed.id === subscription.feedId)?.feed;
}
