import { expect, it } from 'vitest';
import type { Stores } from '../../src/adapters/engine.ts';
import { newUuid } from '../../src/base/ids.ts';
import { LISTENER_ENDS_AHEAD_MS_MAX, listenerEndsAtMs } from '../../src/domain/listeners/listener.ts';
import { aListener } from '../support/records.ts';

export function listenerStoreContract(stores: () => Stores): void {
  const store = () => stores().listeners;

  it('gives a listener by its name or its id, within its app only', async () => {
    const listener = aListener({ session: { id: 's', by: 'é"\n@laptop', sinceMs: 5 } });
    expect(await store().create(listener)).toBe('created');
    expect(await store().get(listener.appId, listener.name)).toEqual(listener);
    expect(await store().get(listener.appId, listener.id)).toEqual(listener);
    expect(await store().get(newUuid(), listener.name)).toBeUndefined();
    expect(await store().get(listener.appId, 'another')).toBeUndefined();
    expect(await store().get(listener.appId, 'x'.repeat(5_000))).toBeUndefined();
  });

  it('has a name once in an app', async () => {
    const listener = aListener();
    await store().create(listener);
    expect(await store().create(aListener({ appId: listener.appId, name: listener.name }))).toBe(
      'name-taken',
    );
    expect(await store().create(aListener({ name: listener.name }))).toBe('created');
  });

  it('lists those of an app by name', async () => {
    const appId = newUuid();
    const made = ['a', 'b', 'c'].map((name) => aListener({ appId, name }));
    for (const listener of [made[1]!, made[2]!, made[0]!, aListener()]) await store().create(listener);
    expect(await store().list(appId)).toEqual(made);
  });

  it('lets one of two take its session', async () => {
    const listener = aListener({ session: undefined });
    await store().create(listener);
    const taken = await Promise.all(
      ['one', 'two'].map((id) => store().update({ ...listener, session: { id, by: id, sinceMs: 1 } })),
    );
    expect(taken.toSorted()).toEqual(['changed', 'updated']);
    expect(await store().get(listener.appId, listener.name)).toMatchObject({ version: 2 });
    expect(await store().update(aListener())).toBe('gone');
  });

  it('removes one', async () => {
    const listener = aListener();
    await store().create(listener);
    expect(await store().remove(listener.appId, listener.id)).toBe('removed');
    expect(await store().remove(listener.appId, listener.id)).toBe('gone');
    expect(await store().list(listener.appId)).toEqual([]);
  });

  it('lists those that nobody used for long, of all apps, earliest first', async () => {
    const [late, early, future] = [2_000, 1_000, 9_000].map((seenAtMs) => aListener({ seenAtMs }));
    const temporary = aListener({ isTemporary: true, seenAtMs: 1_500 });
    for (const listener of [late!, early!, future!, temporary]) await store().create(listener);
    const nowMs = listenerEndsAtMs(late!);
    expect(await store().listDue(nowMs, 10)).toEqual([temporary, early, late]);
    expect(await store().listDue(nowMs, 1)).toEqual([temporary]);
    await store().update({ ...early!, seenAtMs: 9_000 });
    expect(await store().listDue(nowMs, 10)).toEqual([temporary, late]);
  });

  it('lists one whose session was seen by a clock that was ahead', async () => {
    const listener = aListener({ seenAtMs: 2 * 3_600_000 + LISTENER_ENDS_AHEAD_MS_MAX });
    await store().create(listener);
    expect(await store().listDue(30, 10)).toEqual([listener]);
  });
}
