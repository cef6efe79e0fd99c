import { newUuid } from '../../base/ids.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TopicDirectory } from '../../domain/authorizations/topic-directory.ts';
import { feedId } from '../../domain/feeds/feed.ts';
import type { ValuesOf } from '../../domain/fields.ts';
import { nameFault } from '../../domain/names.ts';
import type { Publication } from '../../domain/publications/publication.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import type { SecretBox } from '../../domain/secret-box.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';
import type { KeptEventStore } from '../../domain/subscriptions/kept-event-store.ts';
import type {
  SourceFields,
  SourcePlatform,
  SourcePorts,
} from '../../domain/subscriptions/source-platform.ts';
import {
  type SalesforceSubscription,
  SUBSCRIPTIONS_PER_APP_MAX,
  type Subscription,
  type SubscriptionBase,
} from '../../domain/subscriptions/subscription.ts';
import { type GeneratePorts, startGenerator } from '../../pipeline/generate/generate.ts';
import { mappingFault } from '../../pipeline/generate/mapping-fault.ts';
import { expressionFault } from '../../pipeline/receive/attribute-mapping.ts';
import { notFound } from '../not-found.ts';
import { filterRefusal, type NewLink, newStream, streamLimitRefusal } from '../streams/manage-streams.ts';
import { allOrNothing } from '../undo.ts';
import { forgetAddress, keepAddress } from './inbound-address.ts';
import { type FeedPorts, feedOf, leaveFeed, startFeed, usersOf } from './subscription-feeds.ts';

export interface SubscriptionPorts extends FeedPorts, Omit<GeneratePorts, 'keptEvents'> {
  readonly keptEvents: KeptEventStore;
  readonly publications: PublicationStore;
  readonly streams: StreamStore;
  readonly authorizations: AuthorizationStore;
  readonly topics: TopicDirectory;
  readonly sources: readonly SourcePlatform[];
  readonly credentials: PublishCredentialStore;
  readonly secrets: SecretBox;
}

export interface WantedSubscription {
  readonly name: string;
  /** Settings as described by the source's fields. */
  readonly settings: ValuesOf<SourceFields['settings']>;
  readonly link?: NewLink | undefined;
  readonly keepLast?: number | undefined;
}

/** The checks of mappings before they are stored. */
export function mappingChecks(nowMs: number): Pick<SourcePorts, 'mappingFault' | 'expressionFault'> {
  return { mappingFault: (mapping) => mappingFault(mapping, nowMs), expressionFault };
}

export type SubscriptionCreated = { readonly kind: 'created'; readonly subscription: Subscription };

/** Checks everything first, then writes; earlier writes are undone if a later one is refused or fails. */
export async function createSubscription(
  ports: SubscriptionPorts,
  appId: string,
  source: SourcePlatform,
  wanted: WantedSubscription,
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
  const base: SubscriptionBase = {
    id: newUuid(),
    appId,
    name: wanted.name,
    paused: false,
    keepLast: wanted.keepLast === 0 ? undefined : wanted.keepLast,
    createdAtMs: clock.now(),
    version: 1,
  };
  const created = await source.create({ ...ports, ...mappingChecks(clock.now()) }, base, wanted.settings);
  if (created.kind === 'refused') return created;
  const { authorization } = created;
  const subscription =
    created.subscription.platform === 'salesforce'
      ? await withOwnFeed(ports, created.subscription)
      : created.subscription;

  const outcome = await allOrNothing(async (undo): Promise<SubscriptionCreated | Refusal> => {
    if ((await subscriptions.create(subscription)) === 'name-taken') return nameTaken(wanted.name);
    undo.add(() => subscriptions.remove(appId, subscription.id));
    if (subscription.platform === 'webhook') {
      undo.add(() => forgetAddress(ports.credentials, subscription));
      await keepAddress(ports.credentials, subscription, subscription.address, clock.now());
    }
    if (target !== undefined) {
      const stream = newStream(subscription, target, wanted.link?.filter ?? null, clock.now());
      undo.add(() => streams.remove(appId, stream.subscriptionId, stream.publicationId));
      await streams.create(stream);
      if ((await publications.get(appId, target.id)) === undefined)
        return notFound('publication', target.name);
    }
    // A deletion of the authorization looks for its users again after removing it, so one of the two sees the other.
    if (
      authorization !== undefined &&
      (await ports.authorizations.get(appId, authorization.id)) === undefined
    ) {
      return notFound('authorization', authorization.alias);
    }
    if (subscription.platform === 'salesforce') {
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

/** Undefined if no stream is requested. */
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

/** The subscription unchanged, or with its own feed if it must not share its topic's feed. */
async function withOwnFeed(
  ports: SubscriptionPorts,
  subscription: SalesforceSubscription,
): Promise<SalesforceSubscription> {
  const { id, appId, authorizationId, topic, replay, feedId: shared } = subscription;
  if ((await ports.feeds.get(shared)) === undefined) return subscription;
  // An existing feed is past the earliest event, and the cursor of a feed with only paused subscriptions must not move.
  const needsOwnFeed = replay === 'earliest' || (await isFullyPaused(ports, appId, shared));
  return needsOwnFeed ? { ...subscription, feedId: feedId(authorizationId, topic, id) } : subscription;
}

/** Whether all subscriptions of the feed are paused. */
async function isFullyPaused(ports: SubscriptionPorts, appId: string, feed: string): Promise<boolean> {
  const users = await usersOf(ports, appId, feed);
  return users.length > 0 && users.every(({ paused }) => paused);
}

function nameTaken(name: string): Refusal {
  return refuse(
    'name-taken',
    `a subscription named ${JSON.stringify(name)} exists in this app: choose another name`,
  );
}
