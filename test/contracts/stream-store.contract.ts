import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { aStream } from '../support/records.ts';
import { outcomes } from '../support/stores.ts';

export function streamStoreContract(stores: () => Stores): void {
  const store = () => stores().streams;

  it('keeps one stream a pair, also of many made at once', async () => {
    const stream = aStream({ filter: 'root = this' });
    expect(await outcomes(Array.from({ length: 6 }, () => store().create(stream)))).toEqual({
      created: 1,
      exists: 5,
    });
    expect(await store().create({ ...stream, filter: null })).toBe('exists');
    expect(await store().list(stream.appId)).toEqual([stream]);
  });

  it('lists the streams of a subscription and of an app', async () => {
    const appId = newUuid();
    const subscriptionId = newUuid();
    const ours = [1, 2, 3].map(() => aStream({ appId, subscriptionId }));
    const other = aStream({ appId });
    for (const stream of [...ours, other, aStream({ subscriptionId })]) await store().create(stream);
    const byTarget = (a: { publicationId: string }, b: { publicationId: string }) =>
      a.publicationId < b.publicationId ? -1 : 1;
    expect((await store().listOfSubscription(appId, subscriptionId)).sort(byTarget)).toEqual(
      ours.sort(byTarget),
    );
    expect((await store().list(appId)).sort(byTarget)).toEqual([...ours, other].sort(byTarget));
    expect(await store().listOfSubscription(appId, newUuid())).toEqual([]);
  });

  it('replaces the filter and whether drops are traced, and nothing else', async () => {
    const stream = aStream({ filter: 'root = this' });
    await store().create(stream);
    expect(await store().update({ ...stream, filter: 'root = deleted()', createdAtMs: 9 })).toBe('updated');
    expect(await store().list(stream.appId)).toEqual([{ ...stream, filter: 'root = deleted()' }]);
    expect(await store().update({ ...stream, filter: null })).toBe('updated');
    expect(await store().list(stream.appId)).toEqual([{ ...stream, filter: null }]);
    expect(await store().update({ ...stream, traceDrops: true })).toBe('updated');
    expect(await store().list(stream.appId)).toEqual([{ ...stream, traceDrops: true }]);
    expect(await store().update({ ...stream, traceDrops: undefined })).toBe('updated');
    expect(await store().list(stream.appId)).toEqual([stream]);
  });

  it('takes an order by an update, changes its key, and ends it', async () => {
    const stream = aStream({ filter: 'root = this' });
    await store().create(stream);
    for (const order of [{ key: null }, { key: 'root = "é"' }]) {
      expect(await store().update({ ...stream, order })).toBe('updated');
      expect(await store().list(stream.appId)).toEqual([{ ...stream, order }]);
    }
    expect(await store().update(stream)).toBe('updated');
    expect(await store().list(stream.appId)).toEqual([stream]);
    const ordered = aStream({ order: { key: 'root = this.id' } });
    await store().create(ordered);
    expect(await store().listOfSubscription(ordered.appId, ordered.subscriptionId)).toEqual([ordered]);
  });

  it('does not make a stream by an update', async () => {
    const stream = aStream();
    expect(await store().update(stream)).toBe('gone');
    expect(await store().list(stream.appId)).toEqual([]);
  });

  it('removes a stream once', async () => {
    const stream = aStream();
    const { appId, subscriptionId, publicationId } = stream;
    await store().create(stream);
    expect(await store().remove(newUuid(), subscriptionId, publicationId)).toBe('gone');
    expect(await store().remove(appId, publicationId, subscriptionId)).toBe('gone');
    expect(await store().remove(appId, subscriptionId, publicationId)).toBe('removed');
    expect(await store().remove(appId, subscriptionId, publicationId)).toBe('gone');
    expect(await store().listOfSubscription(appId, subscriptionId)).toEqual([]);
  });
}
