import { afterEach, beforeEach, describe } from 'vitest';
import { makeDynamoStores } from '../../src/adapters/dynamodb/stores.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { AppStore, PublishCredentialStore, TokenStore } from '../../src/domain/apps/app-store.ts';
import type { AllocationStore } from '../../src/domain/authorizations/allocation-store.ts';
import type { AuthorizationStore } from '../../src/domain/authorizations/authorization-store.ts';
import type { DeliveryStore } from '../../src/domain/deliveries/delivery-store.ts';
import type { FeedStore } from '../../src/domain/feeds/feed-store.ts';
import type { PublicationStore } from '../../src/domain/publications/publication-store.ts';
import type { StreamStore } from '../../src/domain/streams/stream-store.ts';
import type { SubscriptionStore } from '../../src/domain/subscriptions/subscription-store.ts';
import { EmulatedDynamodb } from './emulated-dynamodb.ts';

export interface Stores {
  readonly apps: AppStore;
  readonly tokens: TokenStore;
  readonly credentials: PublishCredentialStore;
  readonly allocations: AllocationStore;
  readonly authorizations: AuthorizationStore;
  readonly subscriptions: SubscriptionStore;
  readonly publications: PublicationStore;
  readonly streams: StreamStore;
  readonly deliveries: DeliveryStore;
  readonly feeds: FeedStore;
}

/** Runs a contract over every implementation; each test starts with empty stores. */
export function describeStores(contract: (stores: () => Stores) => void): void {
  describe('in memory', () => {
    let stores: Stores;
    beforeEach(() => {
      stores = makeMemoryStores();
    });
    contract(() => stores);
  });

  describe('on DynamoDB', () => {
    let emulated: EmulatedDynamodb;
    let stores: Stores;
    beforeEach(async () => {
      emulated = await EmulatedDynamodb.start();
      stores = makeDynamoStores(emulated.table);
    });
    afterEach(() => emulated.stop());
    contract(() => stores);
  });
}

/** How often each outcome came, of things done side by side. */
export async function outcomes<T extends string>(
  attempts: readonly Promise<T>[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.all(attempts)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
