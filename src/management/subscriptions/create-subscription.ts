import { parseDurationMs } from '../../base/duration.ts';
import { newUuid } from '../../base/ids.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import { feedId } from '../../domain/feeds/feed.ts';
import { nameFault } from '../../domain/names.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import {
  GENERATE_INTERVAL_MS_MAX,
  GENERATE_INTERVAL_MS_MIN,
  type GenerateSubscription,
  type SalesforceSubscription,
  SUBSCRIPTIONS_PER_APP_MAX,
  type Subscription,
} from '../../domain/subscriptions/subscription.ts';
import { type GeneratePorts, startGenerator } from '../../pipeline/generate/generate.ts';
import { compileMapping } from '../../pipeline/route/filter.ts';
import { authorizationForUse, topicRefusal } from '../authorizations/topic-use.ts';
import { notFound } from '../not-found.ts';
import { filterRefusal, type NewLink, newStream, streamLimitRefusal } from '../streams/manage-streams.ts';
import { allOrNothing } from '../undo.ts';
import { type FeedPorts, feedOf, leaveFeed, startFeed, usersOf } from './subscription-feeds.ts';

export interface SubscriptionPorts extends FeedPorts, GeneratePorts {
  readonly publications: PublicationStore;
  readonly streams: StreamStore;
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
}

export interface NewSalesforceSubscription {
  readonly platform: 'salesforce';
  readonly name: string;
  readonly topic: string;
  /** Alias or id. */
  readonly authorization: string;
  readonly replay: SalesforceSubscription['replay'];
  readonly onInvalidCursor: SalesforceSubscription['onInvalidCursor'];
  readonly format: SalesforceSubscription['format'];
  readonly repair?: boolean | undefined;
  readonly link?: NewLink | undefined;
}

export interface NewGenerateSubscription {
  readonly platform: 'generate';
  readonly name: string;
  readonly interval: string;
  readonly mapping: string;
  readonly link?: NewLink | undefined;
}

export type SubscriptionCreated = { readonly kind: 'created'; readonly subscription: Subscription };

/** Checks all of it first, then writes; what was written is taken back when a later write is refused or fails. */
export async function createSubscription(
  ports: SubscriptionPorts,
  appId: string,
  wanted: NewSalesforceSubscription | NewGenerateSubscription,
): Promise<SubscriptionCreated | Refusal> {
  const { subscriptions, publications, streams, clock } = ports;
  const fault = nameFault(wanted.name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const held = await subscriptions.list(appId);
  if (held.some(({ name }) => name === wanted.name)) return nameTaken(wanted.name);
  if (held.length >= SUBSCRIPTIONS_PER_APP_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${SUBSCRIPTIONS_PER_APP_MAX} subscriptions in an app, found ${held.length}: delete one that is no longer used`,
    );
  }
  const target = await checkLink(ports, appId, wanted.link);
  if (target !== undefined && 'kind' in target) return target;
  const subscription =
    wanted.platform === 'generate'
      ? newGenerator(appId, wanted, clock.now())
      : await newSalesforceSubscription(ports, appId, wanted);
  if ('kind' in subscription) return subscription;

  const outcome = await allOrNothing(async (undo): Promise<SubscriptionCreated | Refusal> => {
    if ((await subscriptions.create(subscription)) === 'name-taken') return nameTaken(wanted.name);
    undo.add(() => subscriptions.remove(appId, subscription.id));
    if (target !== undefined) {
      const stream = newStream(subscription, target, wanted.link?.filter ?? null, clock.now());
      undo.add(() => streams.remove(appId, stream.subscriptionId, stream.publicationId));
      await streams.create(stream);
      if ((await publications.get(appId, target.id)) === undefined)
        return notFound('publication', target.name);
    }
    if (subscription.platform === 'salesforce') {
      // Whoever deletes the authorization looks for its users again after removing it: one of the two sees the other.
      if ((await ports.authorizations.get(appId, subscription.authorizationId)) === undefined) {
        return notFound('authorization', subscription.authorizationAlias);
      }
      undo.add(async () => {
        await subscriptions.remove(appId, subscription.id);
        await leaveFeed(ports, appId, subscription.feedId);
      });
      await startFeed(ports, feedOf(subscription, clock.now()));
    }
    return { kind: 'created', subscription };
  });
  if (outcome.kind === 'created' && subscription.platform === 'generate')
    await startGenerator(ports, subscription);
  return outcome;
}

/** Undefined when no stream is asked for. */
async function checkLink(
  { publications, streams }: SubscriptionPorts,
  appId: string,
  link: NewLink | undefined,
): Promise<Publication | Refusal | undefined> {
  if (link === undefined) return undefined;
  const target = await publications.get(appId, link.other);
  if (target === undefined) return notFound('publication', link.other);
  return filterRefusal(link.filter) ?? (await streamLimitRefusal(streams, appId)) ?? target;
}

function newGenerator(
  appId: string,
  wanted: NewGenerateSubscription,
  nowMs: number,
): GenerateSubscription | Refusal {
  const fault = intervalRefusal(wanted.interval) ?? mappingRefusal(wanted.mapping);
  if (fault !== undefined) return fault;
  return {
    platform: 'generate',
    id: newUuid(),
    appId,
    name: wanted.name,
    interval: wanted.interval,
    mapping: wanted.mapping,
    paused: false,
    // The first event comes at once: whoever makes a generator waits for it.
    nextRunAtMs: nowMs,
    createdAtMs: nowMs,
    version: 1,
  };
}

async function newSalesforceSubscription(
  ports: SubscriptionPorts,
  appId: string,
  wanted: NewSalesforceSubscription,
): Promise<SalesforceSubscription | Refusal> {
  const authorization: Authorization | Refusal = await authorizationForUse(
    ports.authorizations,
    appId,
    wanted.authorization,
  );
  if ('kind' in authorization) return authorization;
  const fault = await topicRefusal(ports.topics, authorization, wanted.topic, 'subscribe');
  if (fault !== undefined) return fault;
  const id = newUuid();
  const shared = feedId(authorization.id, wanted.topic);
  const isThere = (await ports.feeds.get(shared)) !== undefined;
  // A feed that is there is past the earliest event; and the cursor of one that others rest on has to stay where it is.
  const readsAlone = isThere && (wanted.replay === 'earliest' || (await isRestedOn(ports, appId, shared)));
  return {
    platform: 'salesforce',
    id,
    appId,
    name: wanted.name,
    topic: wanted.topic,
    authorizationId: authorization.id,
    authorizationAlias: authorization.alias,
    replay: wanted.replay,
    onInvalidCursor: wanted.onInvalidCursor,
    format: wanted.format,
    repair: wanted.repair ?? false,
    feedId: readsAlone ? feedId(authorization.id, wanted.topic, id) : shared,
    paused: false,
    createdAtMs: ports.clock.now(),
    version: 1,
  };
}

/** All who read the feed have paused. */
async function isRestedOn(ports: SubscriptionPorts, appId: string, feed: string): Promise<boolean> {
  const users = await usersOf(ports, appId, feed);
  return users.length > 0 && users.every(({ paused }) => paused);
}

/** Undefined when the interval is one. */
export function intervalRefusal(interval: string): Refusal | undefined {
  const ms = parseDurationMs(interval);
  if (ms !== undefined && ms >= GENERATE_INTERVAL_MS_MIN && ms <= GENERATE_INTERVAL_MS_MAX) return undefined;
  return refuse(
    'invalid-interval',
    `expected an interval from 1s to ${GENERATE_INTERVAL_MS_MAX / 86_400_000}d such as 30s, 1m or 1h30m, found ${JSON.stringify(interval.slice(0, 100))}`,
  );
}

/** Undefined when the mapping compiles. */
export function mappingRefusal(mapping: string): Refusal | undefined {
  const compiled = compileMapping(mapping);
  return compiled.ok
    ? undefined
    : refuse('invalid-mapping', `the mapping does not compile: ${compiled.message}`);
}

function nameTaken(name: string): Refusal {
  return refuse(
    'name-taken',
    `a subscription named ${JSON.stringify(name)} exists in this app: choose another name`,
  );
}
