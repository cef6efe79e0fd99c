import { expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import type { AttemptIndex } from '../../src/domain/history/attempt-index.ts';
import { aHistoryEntry } from '../support/records.ts';
import type { TestClock } from '../support/test-clock.ts';

export interface AttemptIndexUnderTest {
  readonly index: AttemptIndex;
  readonly clock: TestClock;
  /** The same for every app. */
  readonly retentionMs: number;
}

export function attemptIndexContract(subject: () => AttemptIndexUnderTest): void {
  it('finds what was flushed, whole, and nothing before', async () => {
    const { index, clock } = subject();
    const entry = aHistoryEntry({
      atMs: clock.now() + 123,
      subscriptionId: newUuid(),
      outcome: 'retry',
      attempt: 3,
      durationMs: 12,
      status: 503,
      errorId: 'http-503',
      queuedAtMs: clock.now(),
    });
    index.record(entry);
    expect(await index.find(entry.appId, entry.eventId, 10)).toEqual([]);
    await index.flush();
    expect(await index.find(entry.appId, entry.eventId, 10)).toEqual([entry]);
  });

  it('finds attempts of that event and app only, newest first, as many as were asked for', async () => {
    const { index, clock } = subject();
    const appId = newUuid();
    const attempts = [1, 2, 3].map((attempt) =>
      aHistoryEntry({ appId, eventId: 'order-1', attempt, atMs: clock.now() + attempt * 1_000 }),
    );
    for (const entry of attempts) index.record(entry);
    index.record(aHistoryEntry({ appId, eventId: 'order-10', atMs: clock.now() }));
    index.record(aHistoryEntry({ eventId: 'order-1', atMs: clock.now() }));
    await index.flush();
    expect(await index.find(appId, 'order-1', 10)).toEqual(attempts.toReversed());
    expect(await index.find(appId, 'order-1', 2)).toEqual([attempts[2], attempts[1]]);
    expect(await index.find(appId, 'order', 10)).toEqual([]);
  });

  it('has an attempt once, however often it is recorded', async () => {
    const { index, clock } = subject();
    const entry = aHistoryEntry({ atMs: clock.now() });
    index.record(entry);
    index.record(entry);
    await index.flush();
    index.record(entry);
    await index.flush();
    expect(await index.find(entry.appId, entry.eventId, 10)).toEqual([entry]);
  });

  it('takes more than one batch at a time, and ids that mean something elsewhere', async () => {
    const { index, clock } = subject();
    const appId = newUuid();
    const eventIds = ['#', 'a#b', '', '🦔'.repeat(64), ...Array.from({ length: 60 }, (_, n) => `event-${n}`)];
    for (const eventId of eventIds) index.record(aHistoryEntry({ appId, eventId, atMs: clock.now() }));
    await index.flush();
    for (const eventId of eventIds) expect(await index.find(appId, eventId, 10)).toMatchObject([{ eventId }]);
  });

  it('erases an event and leaves the others', async () => {
    const { index, clock } = subject();
    const appId = newUuid();
    for (const attempt of [1, 2]) {
      index.record(aHistoryEntry({ appId, eventId: 'gone', attempt, atMs: clock.now() + attempt }));
    }
    const other = aHistoryEntry({ appId, eventId: 'stays', atMs: clock.now() });
    index.record(other);
    await index.flush();
    expect(await index.erase(appId, 'gone')).toBe(2);
    expect(await index.erase(appId, 'gone')).toBe(0);
    expect(await index.find(appId, 'gone', 10)).toEqual([]);
    expect(await index.find(appId, 'stays', 10)).toEqual([other]);
  });

  it('finds nothing that is older than its app keeps it', async () => {
    const { index, clock, retentionMs } = subject();
    const entry = aHistoryEntry({ atMs: clock.now() });
    index.record(entry);
    await index.flush();
    clock.advance(retentionMs - 1_000);
    expect(await index.find(entry.appId, entry.eventId, 10)).toEqual([entry]);
    clock.advance(2_000);
    expect(await index.find(entry.appId, entry.eventId, 10)).toEqual([]);
  });
}
