import type { Clock } from '../../base/clock.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import {
  KEPT_EVENTS_MAX,
  type KeptEvent,
  type KeptEventStore,
} from '../../domain/subscriptions/kept-event-store.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../domain/subscriptions/subscription-store.ts';
import { notFound } from '../not-found.ts';

export interface KeptEventPorts {
  readonly subscriptions: SubscriptionStore;
  readonly keptEvents: KeptEventStore;
  readonly clock: Clock;
}

/** A Lambda function's answer is limited to 6 MB. */
const PAGE_BYTES_MAX = 2_000_000;

export interface KeptEventsFound {
  readonly kind: 'found';
  readonly subscription: Subscription;
  /** Newest first. */
  readonly events: readonly KeptEvent[];
  /** The `after` of the next page. */
  readonly next: string | undefined;
}

/** Lists the last events of a subscription, which it keeps if its owner requests it. */
export async function listKeptEvents(
  { subscriptions, keptEvents, clock }: KeptEventPorts,
  appId: string,
  nameOrId: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<KeptEventsFound | Refusal> {
  const subscription = await subscriptions.get(appId, nameOrId);
  if (subscription === undefined) return notFound('subscription', nameOrId);
  if (subscription.keepLast === undefined) {
    return refuse(
      'unprocessable',
      `expected a subscription that keeps its last events, found that ${subscription.name} keeps none: \`sluice events:subscriptions:update ${subscription.name} --keep-last 100\` makes it keep those that come from then on`,
    );
  }
  const listed = await keptEvents.list(appId, subscription.id, {
    limit: Math.min(limit, subscription.keepLast, KEPT_EVENTS_MAX),
    after,
  });
  const nowMs = clock.now();
  const events: KeptEvent[] = [];
  let bytes = 0;
  for (const event of listed) {
    if (event.forgetAtMs <= nowMs) continue;
    bytes += event.eventJson.length;
    if (events.length > 0 && bytes > PAGE_BYTES_MAX) {
      return { kind: 'found', subscription, events, next: events.at(-1)?.id };
    }
    events.push(event);
  }
  return { kind: 'found', subscription, events, next: undefined };
}
