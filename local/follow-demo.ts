import type { Stores } from '../src/adapters/engine.ts';
import type { Authorization } from '../src/domain/authorizations/authorization.ts';
import type { WebhookPublication } from '../src/platforms/webhook/target.ts';

/** The addresses of the demo's org and receiver. */
export interface DemoAddresses {
  readonly orgUrl: string;
  /** `host:port` of the org's Pub/Sub API. */
  readonly pubsubEndpoint: string;
  readonly receiverUrl: string;
}

/** The names of what an earlier run of the demo created, from which its former addresses are read. */
export interface DemoNames {
  readonly app: string;
  readonly alias: string;
  readonly receiver: string;
}

type FollowedStores = Pick<Stores, 'apps' | 'authorizations' | 'publications'>;

/**
 * Updates the demo's addresses in the records of every app: the demo's ports follow `--port`, unlike a real org's. Only
 * call this while nothing else writes to the stores. The demo's own records are changed last, because they hold the
 * former addresses: after a crash, the next start completes the change.
 */
export async function followDemo(
  stores: FollowedStores,
  names: DemoNames,
  now: DemoAddresses,
): Promise<void> {
  const demo = await stores.apps.get(names.app);
  if (demo === undefined) return;
  const org = await stores.authorizations.get(demo.id, names.alias);
  const receiver = await stores.publications.get(demo.id, names.receiver);
  if (org !== undefined && org.loginUrl !== now.orgUrl) await followOrg(stores, org, now);
  if (receiver?.platform === 'webhook' && receiver.url !== now.receiverUrl) {
    await followReceiver(stores, receiver, now.receiverUrl);
  }
}

async function followOrg(
  { apps, authorizations }: FollowedStores,
  own: Authorization,
  { orgUrl, pubsubEndpoint }: DemoAddresses,
): Promise<void> {
  const move = (each: Authorization) =>
    authorizations.update({
      ...each,
      loginUrl: orgUrl,
      pubsubEndpoint: each.pubsubEndpoint === own.pubsubEndpoint ? pubsubEndpoint : each.pubsubEndpoint,
      instanceUrl: each.instanceUrl === own.loginUrl ? orgUrl : each.instanceUrl,
    });
  for (const { id } of await apps.list()) {
    for (const each of await authorizations.list(id)) {
      if (each.loginUrl === own.loginUrl && each.id !== own.id) await move(each);
    }
  }
  await move(own);
}

async function followReceiver(
  { apps, publications }: FollowedStores,
  own: WebhookPublication,
  url: string,
): Promise<void> {
  for (const { id } of await apps.list()) {
    for (const each of await publications.list(id)) {
      if (each.platform === 'webhook' && each.url === own.url && each.id !== own.id) {
        await publications.update({ ...each, url });
      }
    }
  }
  await publications.update({ ...own, url });
}
