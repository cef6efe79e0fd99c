import { expect, it } from 'vitest';
import type { QuarantinedEvent, QuarantineStore } from '../../src/domain/feeds/quarantine-store.ts';

export function aQuarantinedEvent(given: Partial<QuarantinedEvent> = {}): QuarantinedEvent {
  return {
    feedId: 'feed-1',
    appId: 'app-1',
    topic: '/event/Order__e',
    cursor: 'AAAAAAAQ200AAA==',
    eventId: '20741903-d0b2-4d86-90cf-4192b0e17462',
    schemaId: 'K98aAtiNFBjA-PJlcvaQ2g',
    payload: new Uint8Array([0, 1, 255]),
    message: 'the payload does not fit its schema',
    atMs: 1_000,
    ...given,
  };
}

export function quarantineStoreContract(store: () => QuarantineStore): void {
  const kept = async ({ feedId, cursor }: QuarantinedEvent) => {
    const event = await store().get(feedId, cursor);
    return event && { ...event, payload: [...event.payload] };
  };
  const asKept = (event: QuarantinedEvent) => ({ ...event, payload: [...event.payload] });
  const asListed = ({ payload, ...record }: QuarantinedEvent) => ({
    ...record,
    payloadBytes: payload.length,
  });

  it('keeps what was put, bytes and all', async () => {
    const event = aQuarantinedEvent();
    await store().put(event);
    expect(await kept(event)).toEqual(asKept(event));
    expect(await store().list('feed-1', 10)).toEqual([asListed(event)]);
    expect(await store().list('feed-2', 10)).toEqual([]);
    expect(await store().get('feed-2', event.cursor)).toBeUndefined();
    expect(await store().get('feed-1', 'AAAAAAAQ200AAB==')).toBeUndefined();
  });

  it.each([0, 1, 389_999, 390_000, 390_001, 1_048_576])('keeps a payload of %i bytes', async (size) => {
    const payload = new Uint8Array(size).map((_, index) => index % 251);
    const event = aQuarantinedEvent({ payload });
    await store().put(event);
    const read = await store().get(event.feedId, event.cursor);
    expect(Buffer.from(read?.payload ?? 'none').equals(payload)).toBe(true);
    expect(await store().list('feed-1', 10)).toMatchObject([{ payloadBytes: size }]);
  });

  it('lists one feed, newest first, as many as asked for', async () => {
    const events = [3, 1, 2].map((atMs) => aQuarantinedEvent({ cursor: `cursor-${atMs}`, atMs }));
    for (const event of [...events, aQuarantinedEvent({ feedId: 'feed-10', atMs: 9 })])
      await store().put(event);
    expect((await store().list('feed-1', 10)).map(({ atMs }) => atMs)).toEqual([3, 2, 1]);
    expect((await store().list('feed-1', 2)).map(({ atMs }) => atMs)).toEqual([3, 2]);
  });

  it('keeps one record of an event that comes again, also when it is shorter then', async () => {
    await store().put(aQuarantinedEvent({ payload: new Uint8Array(800_000) }));
    const again = aQuarantinedEvent({ atMs: 2_000, message: 'again' });
    await store().put(again);
    expect(await store().list('feed-1', 10)).toEqual([asListed(again)]);
  });
}
