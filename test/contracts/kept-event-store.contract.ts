import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import type { NewKeptEvent } from '../../src/domain/subscriptions/kept-event-store.ts';
import { anApp, aSalesforceSubscription } from '../support/records.ts';

const event = (text: string, forgetAtMs = 1e13): NewKeptEvent => ({
  atMs: 1_000,
  forgetAtMs,
  eventJson: `{"text":"${text} é🦔"}`,
});
const events = (...texts: readonly string[]) => texts.map((text) => event(text));

export function keptEventStoreContract(stores: () => Stores): void {
  const store = () => stores().keptEvents;
  const texts = async (appId: string, subscriptionId: string, query = { limit: 100 }) =>
    (await store().list(appId, subscriptionId, query)).map(
      ({ eventJson }) => (JSON.parse(eventJson) as { text: string }).text.split(' ')[0],
    );

  it('gives back what was kept, newest first, of the subscription and the app only', async () => {
    const [appId, one, other] = [newUuid(), newUuid(), newUuid()];
    await store().keep(appId, one, events('a', 'b'), 10);
    await store().keep(appId, other, events('x'), 10);
    const kept = await store().list(appId, one, { limit: 10 });
    expect(kept).toEqual([
      { id: expect.any(String), ...event('b') },
      { id: expect.any(String), ...event('a') },
    ]);
    expect(await texts(appId, other)).toEqual(['x']);
    expect(await texts(newUuid(), one)).toEqual([]);
  });

  it('keeps so many, and the oldest go', async () => {
    const [appId, id] = [newUuid(), newUuid()];
    await store().keep(appId, id, [], 3);
    for (const part of [['a'], ['b', 'c'], ['d', 'e']]) await store().keep(appId, id, events(...part), 3);
    expect(await texts(appId, id)).toEqual(['e', 'd', 'c']);
    await store().keep(appId, id, events('f', 'g', 'h', 'i', 'j'), 3);
    expect(await texts(appId, id)).toEqual(['j', 'i', 'h']);
  });

  it('keeps no more than asked for also when several keep at once', async () => {
    const [appId, id] = [newUuid(), newUuid()];
    await Promise.all([1, 2, 3, 4].map((n) => store().keep(appId, id, events(`${n}a`, `${n}b`, `${n}c`), 5)));
    expect(await texts(appId, id)).toHaveLength(5);
  });

  it('is read page by page', async () => {
    const [appId, id] = [newUuid(), newUuid()];
    await store().keep(appId, id, events(...'abcdefghijkl'), 12);
    const first = await store().list(appId, id, { limit: 5 });
    const rest = await store().list(appId, id, { limit: 100, after: first.at(-1)?.id });
    expect([...first, ...rest].map(({ eventJson }) => eventJson)).toEqual(
      events(...'lkjihgfedcba').map(({ eventJson }) => eventJson),
    );
  });

  it('removes some by their ids, and all of a subscription', async () => {
    const [appId, id] = [newUuid(), newUuid()];
    await store().keep(appId, id, events('a', 'b', 'c'), 3);
    const [, b] = await store().list(appId, id, { limit: 10 });
    expect(await store().remove(appId, id, [b!.id, '999999'])).toBe(1);
    expect(await store().remove(appId, id, [b!.id])).toBe(0);
    expect(await texts(appId, id)).toEqual(['c', 'a']);
    await store().clear(appId, id);
    expect(await texts(appId, id)).toEqual([]);
    await store().keep(appId, id, events('d'), 3);
    expect(await texts(appId, id)).toEqual(['d']);
  });

  it('goes with its app', async () => {
    const app = anApp();
    const subscription = aSalesforceSubscription({ appId: app.id });
    await stores().apps.create(app);
    await stores().subscriptions.create(subscription);
    await store().keep(app.id, subscription.id, events('a'), 3);
    await stores().apps.remove(app.id);
    expect(await texts(app.id, subscription.id)).toEqual([]);
  });
}
