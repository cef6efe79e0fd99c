import type { ValuesOf } from '../../domain/fields.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { type SourceFields, sourceNamed } from '../../domain/subscriptions/source-platform.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { startGenerator } from '../../pipeline/generate/generate.ts';
import { foreignChange } from '../foreign-change.ts';
import { notFound } from '../not-found.ts';
import { mappingChecks, type SubscriptionPorts } from './create-subscription.ts';
import { forgetAddress } from './inbound-address.ts';
import { feedOf, leaveFeed, restingFeed, setCursorPolicy, startFeed } from './subscription-feeds.ts';

/** Absent fields stay unchanged. */
export interface SubscriptionChange {
  readonly paused?: boolean | undefined;
  /** 0: keep none. */
  readonly keepLast?: number | undefined;
  /** Settings as described by the sources' fields. */
  readonly settings: ValuesOf<SourceFields['changes']>;
  /** Checks the subscription before the change; a refusal prevents the change. */
  readonly precondition?: ((current: Subscription) => Refusal | undefined) | undefined;
}

export async function changeSubscription(
  ports: SubscriptionPorts,
  appId: string,
  nameOrId: string,
  { paused, keepLast, settings, precondition }: SubscriptionChange,
): Promise<{ readonly kind: 'updated'; readonly subscription: Subscription } | Refusal> {
  const { subscriptions, sources, clock } = ports;
  const current = await subscriptions.get(appId, nameOrId);
  if (current === undefined) return notFound('subscription', nameOrId);
  const source = sourceNamed(sources, current.platform);
  const foreign = foreignChange(sources, source.name, settings);
  if (foreign !== undefined) {
    return refuse(
      'unprocessable',
      `expected ${foreign.names} for a ${foreign.platform.noun} only, found a ${source.noun}`,
    );
  }
  const changed = await source.change({ ...ports, ...mappingChecks(clock.now()) }, settings, current);
  if (changed.kind === 'refused') return changed;
  const pausedFeedId =
    paused === true && current.platform === 'salesforce' && !current.paused
      ? await restingFeed(ports, current, clock.now())
      : undefined;
  const updated = await updateRecord<Subscription>({
    read: () => subscriptions.get(appId, current.id),
    change: (subscription) =>
      precondition?.(subscription) ??
      withPause(
        withKeepLast(changed.apply(subscription, clock.now()), keepLast),
        paused ?? subscription.paused,
        clock.now(),
        pausedFeedId,
      ),
    write: (subscription) => subscriptions.update(subscription),
    missing: notFound('subscription', nameOrId).message,
  });
  if (updated.kind === 'refused') return updated;
  const { before, record } = updated;
  // A different number uses different storage slots; and an owner who turns it off wants the stored events removed.
  if (record.keepLast !== before.keepLast) await ports.keptEvents.clear(appId, record.id);
  if (record.platform === 'salesforce') {
    if (changed.cursorPolicy !== undefined) await setCursorPolicy(ports, record.feedId, changed.cursorPolicy);
    if (paused === true) await leaveFeed(ports, appId, record.feedId);
    // Also applies if it was not paused, because this is how a person restarts a stopped feed.
    if (paused === false) await startFeed(ports, feedOf(record, clock.now()));
  }
  if (record.platform === 'generate' && before.platform === 'generate') {
    // The next run was recalculated, because it was resumed or has a new interval.
    if (record.nextRunAtMs !== before.nextRunAtMs) await startGenerator(ports, record);
  }
  return { kind: 'updated', subscription: record };
}

function withKeepLast(subscription: Subscription, keepLast: number | undefined): Subscription {
  if (keepLast === undefined) return subscription;
  return { ...subscription, keepLast: keepLast === 0 ? undefined : keepLast };
}

/** @param pausedFeedId the feed that a subscription to an org uses while it is paused */
function withPause(
  subscription: Subscription,
  paused: boolean,
  nowMs: number,
  pausedFeedId: string | undefined,
): Subscription {
  const pausedReason = paused ? subscription.pausedReason : undefined;
  const after: Subscription = { ...subscription, paused, pausedReason };
  if (after.platform === 'salesforce') return { ...after, feedId: pausedFeedId ?? after.feedId };
  if (after.platform === 'generate') {
    // A resumed generator counts from now.
    const nextRunAtMs = paused ? undefined : subscription.paused ? nowMs : after.nextRunAtMs;
    return { ...after, nextRunAtMs };
  }
  return after;
}

/** Removes the subscription and its streams; a feed is removed with its last subscription. */
export async function deleteSubscription(
  ports: SubscriptionPorts,
  appId: string,
  nameOrId: string,
  precondition?: SubscriptionChange['precondition'],
): Promise<{ readonly kind: 'deleted'; readonly subscription: Subscription } | Refusal> {
  const { subscriptions, streams } = ports;
  const subscription = await subscriptions.get(appId, nameOrId);
  if (subscription === undefined) return notFound('subscription', nameOrId);
  const refused = precondition?.(subscription);
  if (refused !== undefined) return refused;
  // Remove the record first: a concurrent link checks for the subscription again after creating its stream.
  if ((await subscriptions.remove(appId, subscription.id)) === 'gone')
    return notFound('subscription', nameOrId);
  for (const stream of await streams.listOfSubscription(appId, subscription.id)) {
    await streams.remove(appId, stream.subscriptionId, stream.publicationId);
  }
  await ports.keptEvents.clear(appId, subscription.id);
  if (subscription.platform === 'salesforce') await leaveFeed(ports, appId, subscription.feedId);
  if (subscription.platform === 'webhook') await forgetAddress(ports.credentials, subscription);
  return { kind: 'deleted', subscription };
}
