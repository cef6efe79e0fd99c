import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { aGenerator, anApp, aSalesforceSubscription, aStream } from '../support/records.ts';
import { namedRecordsContract } from './named-records.contract.ts';

export function subscriptionStoreContract(stores: () => Stores): void {
  const store = () => stores().subscriptions;

  namedRecordsContract(
    store,
    ({ name, appId }) => aGenerator({ name, appId, mapping: 'm'.repeat(9_500) }),
    (subscription, mark) => ({ ...subscription, interval: `${mark}m` }),
  );

  it('keeps subscriptions of every platform', async () => {
    const subscription = aSalesforceSubscription();
    await store().create(subscription);
    expect(await store().get(subscription.appId, subscription.name)).toEqual(subscription);
  });

  it('says whether any Salesforce subscription or stream has changed, of any app', async () => {
    const { streams, apps } = stores();
    const app = anApp();
    const subscription = aSalesforceSubscription({ appId: app.id });
    const stream = aStream({ appId: app.id, subscriptionId: subscription.id });
    let last = await store().routesRevision();
    for (const change of [
      () => apps.create(app).then(() => store().create(subscription)),
      () => store().update({ ...subscription, paused: true }),
      () => streams.create(stream),
      () => streams.update({ ...stream, filter: 'root = this' }),
      () => streams.remove(app.id, subscription.id, stream.publicationId),
      () => store().remove(app.id, subscription.id),
      () => store().create(subscription),
      () => apps.remove(app.id),
    ]) {
      await change();
      const revision = await store().routesRevision();
      expect(revision).toBeGreaterThan(last);
      expect(await store().routesRevision()).toBe(revision);
      last = revision;
    }
  });

  it('lists the generators due of all apps, earliest first', async () => {
    const [late, early, future, paused] = [30, 10, 31, undefined].map((nextRunAtMs) =>
      aGenerator({ nextRunAtMs }),
    );
    for (const one of [late!, early!, future!, paused!, aSalesforceSubscription()]) await store().create(one);
    expect(await store().listGeneratorsDue(30, 10)).toEqual([early, late]);
    expect(await store().listGeneratorsDue(30, 1)).toEqual([early]);
  });

  it('lists a generator for its next run only', async () => {
    const generator = aGenerator({ nextRunAtMs: 10 });
    await store().create(generator);
    await store().update({ ...generator, nextRunAtMs: 20 });
    expect(await store().listGeneratorsDue(19, 10)).toEqual([]);
    expect(await store().listGeneratorsDue(20, 10)).toEqual([{ ...generator, nextRunAtMs: 20, version: 2 }]);
    await store().update({ ...generator, paused: true, nextRunAtMs: undefined, version: 2 });
    expect(await store().listGeneratorsDue(100, 10)).toEqual([]);
  });

  it('lists a generator when it is to be looked at, and one whose run was set by a clock that was ahead', async () => {
    const [looked, far] = [{ lookAtMs: 20, nextRunAtMs: 50_000 }, { nextRunAtMs: 2 * 3_600_000 }].map(
      (times) => aGenerator(times),
    );
    for (const one of [looked!, far!]) await store().create(one);
    expect(await store().listGeneratorsDue(20, 10)).toEqual([looked, far]);
  });
}
