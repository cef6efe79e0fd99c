import type { Clock } from '../../base/clock.ts';
import type { PublishCredentialStore } from '../../domain/apps/app-store.ts';
import { ROTATION_GRACE } from '../../domain/publications/publication.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { inboundUser, newInboundAddress } from '../../domain/subscriptions/inbound.ts';
import type { Subscription, WebhookSubscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { updateRecord } from '../../domain/update-record.ts';
import { notFound } from '../not-found.ts';
import { readGrace } from '../rotation-grace.ts';

/** Stores the address so that look-ups find it. */
export async function keepAddress(
  credentials: PublishCredentialStore,
  { appId, name }: WebhookSubscription,
  address: string,
  nowMs: number,
): Promise<void> {
  await credentials.put({
    user: inboundUser(address),
    use: 'inbound',
    appId,
    subscriptionName: name,
    passwordHash: '',
    createdAtMs: nowMs,
  });
}

/** Removes the stored addresses of a deleted subscription. They would open nothing in any case. */
export async function forgetAddress(
  credentials: PublishCredentialStore,
  { appId, address, formerAddress }: WebhookSubscription,
): Promise<void> {
  await credentials.remove(appId, inboundUser(address));
  if (formerAddress !== undefined) await credentials.remove(appId, inboundUser(formerAddress.address));
}

export interface AddressPorts {
  readonly subscriptions: SubscriptionStore;
  readonly credentials: PublishCredentialStore;
  readonly clock: Clock;
}

/** Gives the subscription a new inbound URL. The former one works until the grace period ends. */
export async function rotateAddress(
  { subscriptions, credentials, clock }: AddressPorts,
  appId: string,
  nameOrId: string,
  grace: string = ROTATION_GRACE.default,
): Promise<{ readonly kind: 'updated'; readonly subscription: Subscription } | Refusal> {
  const read = readGrace(grace);
  if (read.kind === 'refused') return read;
  const { graceMs } = read;
  const current = await subscriptions.get(appId, nameOrId);
  if (current === undefined) return notFound('subscription', nameOrId);
  if (current.platform !== 'webhook') {
    return refuse(
      'unprocessable',
      `expected a subscription with an inbound URL, found a ${current.platform} subscription, which has none`,
    );
  }
  const address = newInboundAddress();
  // Store the address before the record that names it. An address that no record names opens nothing.
  await keepAddress(credentials, current, address, clock.now());
  const updated = await updateRecord<Subscription>({
    read: () => subscriptions.get(appId, current.id),
    change: (subscription) =>
      subscription.platform !== 'webhook'
        ? refuse('not-found', notFound('subscription', nameOrId).message)
        : {
            ...subscription,
            address,
            formerAddress:
              graceMs === 0 ? undefined : { address: subscription.address, untilMs: clock.now() + graceMs },
          },
    write: (subscription) => subscriptions.update(subscription),
    missing: notFound('subscription', nameOrId).message,
  });
  if (updated.kind === 'refused') {
    await credentials.remove(appId, inboundUser(address));
    return updated;
  }
  const { before } = updated;
  if (before.platform === 'webhook') {
    // The addresses that no longer open the subscription.
    const ended = [before.formerAddress?.address, graceMs === 0 ? before.address : undefined];
    for (const each of ended) if (each !== undefined) await credentials.remove(appId, inboundUser(each));
  }
  return { kind: 'updated', subscription: updated.record };
}
