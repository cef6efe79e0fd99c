import { expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import type { DeliveryHistory } from '../../src/domain/history/delivery-history.ts';
import type { HistoryStore } from '../../src/domain/history/history-store.ts';
import { aHistoryEntry } from '../support/records.ts';

export const ROWS_MAX = 5;

/** @param written resolves when the recorded entries can be found */
export function historyStoreContract(
  store: () => HistoryStore & DeliveryHistory,
  written: () => Promise<unknown>,
): void {
  const eventIds = async (appId: string) => {
    await written();
    const found = await store().find(appId, { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, limit: 100 });
    return found.kind === 'found' ? found.entries.map(({ eventId }) => eventId).toSorted() : [];
  };

  it('keeps what a log must not hold', async () => {
    const entry = aHistoryEntry({ answer: 'thanks \u001b[31m"é"\n', eventSubject: 's', eventType: 't' });
    store().record(entry);
    await written();
    expect(
      await store().find(entry.appId, { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, limit: 1 }),
    ).toMatchObject({ entries: [entry] });
  });

  it('erases by event and by subject, a part at a time, and nothing of another app', async () => {
    const appId = newUuid();
    const other = newUuid();
    for (const at of [1, 2, 3])
      store().record(aHistoryEntry({ appId, eventId: `e${at}`, eventSubject: 'ada' }));
    store().record(aHistoryEntry({ appId, eventId: 'e1', eventSubject: 'bob' }));
    store().record(aHistoryEntry({ appId: other, eventId: 'e1', eventSubject: 'ada' }));
    await written();
    const ada = { by: 'subject', value: 'ada' } as const;
    expect(await store().countErasable(appId, ada, 10)).toBe(3);
    expect(await store().countErasable(appId, ada, 2)).toBe(2);
    expect(await store().erase(appId, { by: 'event-id', value: 'e1' }, 10)).toBe(2);
    expect(await eventIds(appId)).toEqual(['e2', 'e3']);
    expect(await store().erase(appId, ada, 1)).toBe(1);
    expect(await store().erase(appId, ada, 10)).toBe(1);
    expect(await store().erase(appId, ada, 10)).toBe(0);
    expect(await eventIds(other)).toEqual(['e1']);
  });

  it('erases an event by an id that is too long to be kept whole', async () => {
    const appId = newUuid();
    const eventId = 'x'.repeat(256);
    store().record(aHistoryEntry({ appId, eventId }));
    await written();
    expect(await store().erase(appId, { by: 'event-id', value: `${eventId}yyy` }, 10)).toBe(1);
  });

  it('erases what names a record in its answer', async () => {
    const appId = newUuid();
    store().record(aHistoryEntry({ appId, eventId: 'named', answer: '{"saved":"003xx000004TmiQAAS"}' }));
    store().record(aHistoryEntry({ appId, eventId: 'other', answer: 'ok' }));
    await written();
    expect(await store().erase(appId, { by: 'record', value: '003xx000004TmiQ' }, 10)).toBe(1);
    expect(await eventIds(appId)).toEqual(['other']);
  });

  it('forgets what is old of one app, the oldest first', async () => {
    const appId = newUuid();
    const other = newUuid();
    for (const atMs of [30, 10, 20]) store().record(aHistoryEntry({ appId, atMs, eventId: `at-${atMs}` }));
    store().record(aHistoryEntry({ appId: other, atMs: 10, eventId: 'kept' }));
    store().count({ appId, subscriptionId: 's', publication: 'p', atMs: 0, count: 1 });
    await written();
    expect(await store().forget(appId, 30, 1)).toBe(1);
    expect(await eventIds(appId)).toEqual(['at-20', 'at-30']);
    expect(await store().forget(appId, 30, 10)).toBe(1);
    expect(await store().forget(appId, 30, 10)).toBe(0);
    expect(await eventIds(appId)).toEqual(['at-30']);
    expect(await eventIds(other)).toEqual(['kept']);
    expect(await store().drops(appId, { fromMs: 0, untilMs: 100, limit: 10 })).toMatchObject({ drops: [] });
  });

  it('keeps as many entries as there is room for, and the oldest go', async () => {
    const appId = newUuid();
    for (let at = 0; at < ROWS_MAX; at += 1)
      store().record(aHistoryEntry({ appId, atMs: at, eventId: `${at}` }));
    await written();
    expect(await store().forgetBeyondRoom(10)).toBe(0);
    for (const at of [5, 6, 7]) store().record(aHistoryEntry({ appId, atMs: at, eventId: `${at}` }));
    await written();
    expect(await store().forgetBeyondRoom(2)).toBe(2);
    expect(await store().forgetBeyondRoom(10)).toBe(1);
    expect(await store().forgetBeyondRoom(10)).toBe(0);
    expect(await eventIds(appId)).toEqual(['3', '4', '5', '6', '7']);
  });
}
