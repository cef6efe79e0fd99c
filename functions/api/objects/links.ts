import type { Feed } from '../../../src/domain/feeds/feed.ts';
import type { StoredFeed } from '../../../src/domain/feeds/feed-store.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import { retryScheduleText } from '../../../src/domain/publications/retry-schedule.ts';
import type { Stream } from '../../../src/domain/streams/stream.ts';
import type { Subscription } from '../../../src/domain/subscriptions/subscription.ts';
import type * as publicationSchema from '../../../src/management/publications/schema.ts';
import type * as streamSchema from '../../../src/management/streams/schema.ts';
import type * as subscriptionSchema from '../../../src/management/subscriptions/schema.ts';
import type { ApiDependencies } from '../ports.ts';
import type { Shown } from '../shown.ts';
import { reasonObject } from './reason.ts';
import { timeText } from './times.ts';

// A subscription is shown with its targets, and a publication with its sources. Secrets have no way in here.

type ShownSubscription = Shown<typeof subscriptionSchema.Subscription>;
type ShownPublication = Shown<typeof publicationSchema.Publication>;

/** What an app's subscriptions, publications and streams are shown from: each list is read once. */
export interface Links {
  readonly subscriptions: readonly Subscription[];
  readonly publications: readonly Publication[];
  readonly streams: readonly Stream[];
  readonly feeds: readonly StoredFeed[];
}

export async function readLinks(dependencies: ApiDependencies, appId: string): Promise<Links> {
  const [subscriptions, publications, streams, feeds] = await Promise.all([
    dependencies.subscriptions.list(appId),
    dependencies.publications.list(appId),
    dependencies.streams.list(appId),
    dependencies.feeds.listOfApp(appId),
  ]);
  return { subscriptions, publications, streams, feeds };
}

export function subscriptionObject(subscription: Subscription, links: Links): ShownSubscription {
  const publications = new Map(links.publications.map((each) => [each.id, each]));
  const targets = links.streams
    .filter((stream) => stream.subscriptionId === subscription.id)
    .flatMap((stream) => {
      const publication = publications.get(stream.publicationId);
      return publication === undefined ? [] : [{ ...publicationAlone(publication), filter: stream.filter }];
    });
  return { ...subscriptionAlone(subscription, feedFor(subscription, links)), targets };
}

export function publicationObject(publication: Publication, links: Links): ShownPublication {
  const subscriptions = new Map(links.subscriptions.map((each) => [each.id, each]));
  const sources = links.streams
    .filter((stream) => stream.publicationId === publication.id)
    .flatMap((stream) => {
      const subscription = subscriptions.get(stream.subscriptionId);
      if (subscription === undefined) return [];
      return [{ ...subscriptionAlone(subscription, feedFor(subscription, links)), filter: stream.filter }];
    });
  return { ...publicationAlone(publication), sources };
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
    created_at: timeText(stream.createdAtMs),
  };
}

function subscriptionAlone(
  subscription: Subscription,
  feed: Feed | undefined,
): Omit<ShownSubscription, 'targets'> {
  const { id, name, platform, paused } = subscription;
  const base = { id, name, platform, paused, created_at: timeText(subscription.createdAtMs) };
  if (subscription.platform === 'generate') {
    const { interval, mapping } = subscription;
    return { ...base, params: { interval, mapping }, status: { state: paused ? 'paused' : 'active' } };
  }
  const { topic, authorizationAlias: alias, replay, onInvalidCursor, format, repair = false } = subscription;
  return {
    ...base,
    params: {
      topic,
      event: topic,
      alias,
      org_name: alias,
      replay,
      on_invalid_cursor: onInvalidCursor,
      format,
      repair,
    },
    status: {
      state: paused ? 'paused' : (feed?.state ?? 'starting'),
      reason: paused || feed?.reason === undefined ? undefined : reasonObject(feed.reason),
    },
  };
}

function publicationAlone(publication: Publication): Omit<ShownPublication, 'sources'> {
  const { id, name, platform, state, stateReason, releaseAtMs, drain } = publication;
  const base = {
    id,
    name,
    platform,
    state,
    state_reason: stateReason,
    drain_rate: releaseAtMs === undefined ? undefined : drain?.ratePerSecond,
    retry: publication.retryDelaysMs === undefined ? undefined : retryScheduleText(publication.retryDelaysMs),
    created_at: timeText(publication.createdAtMs),
  };
  if (publication.platform === 'webhook') {
    const { url, contentMode, timeoutSeconds } = publication;
    return { ...base, params: { url, content_mode: contentMode, timeout_seconds: timeoutSeconds } };
  }
  const { topic, authorizationAlias: alias, via = 'pubsub' } = publication;
  return { ...base, params: { topic, event: topic, alias, org_name: alias, via } };
}

function feedFor(subscription: Subscription, { feeds }: Links): Feed | undefined {
  if (subscription.platform !== 'salesforce') return undefined;
  return feeds.find(({ feed }) => feed.id === subscription.feedId)?.feed;
}
