import type { Stores } from '../../src/adapters/engine.ts';
import { sha256Hex } from '../../src/base/ids.ts';
import { feedId as idOfFeed } from '../../src/domain/feeds/feed.ts';
import type { Publication } from '../../src/domain/publications/publication.ts';
import type { RateLimit } from '../../src/domain/publications/rate-limit.ts';
import type { Subscription } from '../../src/domain/subscriptions/subscription.ts';
import { feedOf } from '../../src/management/subscriptions/subscription-feeds.ts';
import type { Scenario } from './scenario.ts';
import { START_MS } from './scheduler.ts';
import { TOPIC } from './topic.ts';

export const APP = 'app-1';
const USER = '7f0e3b52-5a0c-4dbd-a3d7-000000000001';
const PASSWORD = 'password';
/** For the publish URL. */
export const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;

const ONE_A_SECOND: RateLimit = { count: 1, per: 's' };

/** Stores the records that a scenario begins with. */
export async function setUp(
  stores: Stores,
  { seed, publications, subscriptions, streams }: Scenario,
): Promise<void> {
  await stores.credentials.put({
    user: USER,
    appId: APP,
    passwordHash: sha256Hex(PASSWORD),
    createdAtMs: START_MS,
  });
  for (const [index, { name, platform, retryDelaysMs }] of publications.entries()) {
    const base = {
      id: `pub-${name}`,
      appId: APP,
      name,
      state: 'active',
      retryDelaysMs,
      // Without a throw of the dice, so that the seeds that find the planted faults stay the same.
      ...((seed + index) % 4 === 0 && { rateLimit: ONE_A_SECOND }),
      createdAtMs: START_MS,
      version: 1,
    } as const;
    const publication: Publication =
      platform === 'webhook'
        ? {
            ...base,
            platform,
            url: 'https://example.com/0',
            contentMode: 'structured',
            timeoutSeconds: 15,
            secrets: { signingSecret: 'sealed' },
          }
        : {
            ...base,
            platform,
            topic: '/event/Taken__e',
            authorizationId: 'auth-1',
            authorizationAlias: 'org',
          };
    await stores.publications.create(publication);
  }
  for (const { name, platform, intervalSeconds } of subscriptions) {
    const base = { id: `sub-${name}`, appId: APP, name, paused: false, createdAtMs: START_MS, version: 1 };
    const subscription: Subscription =
      platform === 'salesforce'
        ? {
            ...base,
            platform,
            topic: TOPIC,
            authorizationId: 'auth-1',
            authorizationAlias: 'org',
            replay: 'earliest',
            onInvalidCursor: 'earliest',
            format: 'json',
            feedId: idOfFeed('auth-1', TOPIC),
          }
        : platform === 'sluice'
          ? { ...base, platform }
          : {
              ...base,
              platform,
              interval: `${intervalSeconds}s`,
              mapping: 'root.n = 1',
              nextRunAtMs: START_MS + 5_000,
            };
    await stores.subscriptions.create(subscription);
    if (subscription.platform === 'salesforce') await stores.feeds.ensure(feedOf(subscription, START_MS));
  }
  for (const { subscription, publication, drops, fails, keys } of streams) {
    await stores.streams.create({
      appId: APP,
      subscriptionId: `sub-${subscription}`,
      publicationId: `pub-${publication}`,
      publicationName: publication,
      filter: filterOf(`sub-${subscription}`, drops, fails),
      ...(keys !== undefined && { order: { key: keyMappingOf(keys) } }),
      createdAtMs: START_MS,
    });
  }
}

/** Passes the event with its stream's mark. */
function filterOf(mark: string, drops: boolean, fails: boolean): string {
  const cases = [
    ...(drops ? ['this.n % 5 == 0 { deleted() }'] : []),
    ...(fails ? ['this.n % 7 == 3 { throw("the simulation wants it") }'] : []),
  ];
  const marked = `this.merge({"via": "${mark}"})`;
  return cases.length === 0 ? `root = ${marked}` : `root = if ${cases.join(' else if ')} else { ${marked} }`;
}

/** Fails on some events. */
function keyMappingOf(keys: number): string {
  return `root = if this.n % 11 == 4 { throw("the simulation wants no key") } else { this.n % ${keys} }`;
}
