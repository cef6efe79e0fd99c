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

/** Makes the address findable. */
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

/** The addresses of a subscription that is gone open nothing in any case: this removes what would be left of them. */
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

/** Gives the subscription another inbound URL. The one before it works until the grace ends. */
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
  // First, so that the record never names an address that nobody finds. One that it does not name opens nothing.
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
    // Those that opened it before and do not any more.
    const ended = [before.formerAddress?.address, graceMs === 0 ? before.address : undefined];
    for (const each of ended) if (each !== undefined) await credentials.remove(appId, inboundUser(each));
  }
  return { kind: 'updated', subscription: updated.record };
}
