import { describe, expect, it } from 'vitest';
import { newUuid } from '../../src/base/ids.ts';
import type {
  DeliveryHistory,
  HistoryQuery,
  HistorySpan,
} from '../../src/domain/history/delivery-history.ts';
import type { DropCount, KeptEntry } from '../../src/domain/history/history-entry.ts';
import { aHistoryEntry } from '../support/records.ts';

export interface HistoryUnderTest {
  readonly history: DeliveryHistory;
  /** Writes an entry as the pipeline writes what is read later. */
  write(entry: KeptEntry): void;
  count(drops: DropCount): void;
  /** Resolves when the written entries can be found. */
  written(): Promise<void>;
}

const START_MS = Date.UTC(2026, 0, 1, 12);
const HOUR_MS = 3_600_000;

/** The contract of every place from which history is read: the log's lines on AWS, the file on a laptop. */
export function deliveryHistoryContract(subject: () => HistoryUnderTest): void {
  const ask = (query: Partial<HistoryQuery> = {}): HistoryQuery => ({
    fromMs: START_MS - HOUR_MS,
    untilMs: START_MS + HOUR_MS,
    limit: 100,
    ...query,
  });

  async function found(appId: string, query: Partial<HistoryQuery> = {}) {
    await subject().written();
    const answer = await subject().history.find(appId, ask(query));
    if (answer.kind === 'busy') throw new Error('expected an answer');
    return answer;
  }

  it('gives back every part of an entry that a log may hold', async () => {
    const entry = aHistoryEntry({
      atMs: START_MS + 123,
      subscriptionId: newUuid(),
      outcome: 'retry',
      attempt: 3,
      durationMs: 12,
      status: 503,
      errorId: 'http-503',
      queuedAtMs: START_MS,
    });
    subject().write(entry);
    const answer = await found(entry.appId);
    expect(answer.entries).toEqual([entry]);
    expect(answer.isComplete).toBe(true);
  });

  it('gives a drop and an attempt without an answer', async () => {
    const drop = aHistoryEntry({
      outcome: 'dropped',
      attempt: undefined,
      durationMs: undefined,
      status: undefined,
      queuedAtMs: undefined,
      subscriptionId: newUuid(),
    });
    subject().write(drop);
    expect((await found(drop.appId)).entries).toEqual([drop]);
  });

  it('finds by event and by publication, newest first, within the app and the time only', async () => {
    const appId = newUuid();
    const entries = [0, 1, 2, 3].map((at) =>
      aHistoryEntry({
        appId,
        atMs: START_MS + at * 1_000,
        eventId: at % 2 === 0 ? 'even' : 'odd',
        publication: at < 2 ? 'first' : 'second',
      }),
    );
    for (const entry of entries) subject().write(entry);
    subject().write(aHistoryEntry({ atMs: START_MS + 1, eventId: 'even', publication: 'first' }));
    expect((await found(appId)).entries).toEqual(entries.toReversed());
    expect((await found(appId, { eventId: 'even' })).entries).toEqual([entries[2], entries[0]]);
    expect((await found(appId, { publication: 'first' })).entries).toEqual([entries[1], entries[0]]);
    expect((await found(appId, { eventId: 'even', publication: 'second' })).entries).toEqual([entries[2]]);
    expect((await found(appId, { fromMs: START_MS + 1_000, untilMs: START_MS + 2_000 })).entries).toEqual([
      entries[1],
    ]);
    expect((await found(newUuid())).entries).toEqual([]);
  });

  it('says when there is more than was asked for', async () => {
    const appId = newUuid();
    for (const at of [0, 1, 2]) subject().write(aHistoryEntry({ appId, atMs: START_MS + at }));
    const two = await found(appId, { limit: 2 });
    expect(two.entries.map(({ atMs }) => atMs)).toEqual([START_MS + 2, START_MS + 1]);
    expect(two.isComplete).toBe(false);
    expect((await found(appId, { limit: 3 })).isComplete).toBe(true);
  });

  it.each([
    ['quotes', '" or appId like /.*/ or eventId = "'],
    ['a pattern', '.*'],
    ['a star', '*'],
    ['slashes', 'a/b/ or 1=1'],
    ['a pipe', 'x" | limit 10000 | filter eventId = "x'],
    ['braces', '{ $.appId = "*" }'],
    ['a backslash', 'a\\" or "'],
    ['line breaks', 'a\n| fields @message\n'],
    ['escape codes', '\u001b[31mred'],
    ['another script', 'ежик 🦔'],
    ['nothing but blanks', '   '],
  ])('takes an id of an event with %s for an id', async (_what, eventId) => {
    const entry = aHistoryEntry({ eventId });
    subject().write(entry);
    subject().write(aHistoryEntry({ appId: entry.appId, eventId: 'another' }));
    subject().write(aHistoryEntry({ eventId }));
    expect((await found(entry.appId, { eventId })).entries).toEqual([entry]);
    expect((await found(newUuid(), { eventId })).entries).toEqual([]);
  });

  it('counts drops by stream and minute, newest first', async () => {
    const appId = newUuid();
    const drop = (atMs: number, count: number, publication = 'orders'): DropCount => ({
      appId,
      subscriptionId: 'sub-1',
      publication,
      atMs,
      count,
    });
    for (const each of [
      drop(START_MS + 1_000, 2),
      drop(START_MS + 59_000, 3),
      drop(START_MS + 60_000, 7),
      drop(START_MS + 61_000, 1, 'crm'),
      { ...drop(START_MS, 99), appId: newUuid() },
    ]) {
      subject().count(each);
    }
    await subject().written();
    const answer = await subject().history.drops(appId, ask());
    expect(answer).toMatchObject({ kind: 'found', isComplete: true });
    const drops = answer.kind === 'found' ? answer.drops : [];
    expect(drops).toHaveLength(3);
    expect(drops).toEqual(
      expect.arrayContaining([
        drop(START_MS, 5),
        drop(START_MS + 60_000, 7),
        drop(START_MS + 60_000, 1, 'crm'),
      ]),
    );
    expect(drops.at(-1)).toEqual(drop(START_MS, 5));
    expect(await subject().history.drops(appId, { ...ask(), limit: 1 })).toMatchObject({ isComplete: false });
  });

  describe('rates', () => {
    const MINUTE_MS = 60_000;
    const rates = async (appId: string, span: Partial<HistorySpan> = {}) => {
      await subject().written();
      const answer = await subject().history.rates(appId, {
        fromMs: START_MS - HOUR_MS,
        untilMs: START_MS + HOUR_MS,
        ...span,
      });
      if (answer.kind === 'busy') throw new Error('expected an answer');
      return answer;
    };

    it('add up what became of events, by minute and by the way that they took, oldest first', async () => {
      const appId = newUuid();
      const [subscriptionId, publication] = [newUuid(), 'orders'];
      const at = (atMs: number, more: Partial<KeptEntry> = {}) =>
        subject().write(
          aHistoryEntry({
            appId,
            publication,
            subscriptionId,
            atMs: START_MS + atMs,
            queuedAtMs: START_MS,
            ...more,
          }),
        );
      at(100);
      at(59_999);
      // To keep it is no attempt.
      at(300, { outcome: 'kept', attempt: 0 });
      at(500, { outcome: 'retry', status: 503 });
      at(MINUTE_MS + 5_500, { attempt: 2, queuedAtMs: START_MS + 500 });
      at(MINUTE_MS + 1, { outcome: 'rejected' });
      at(MINUTE_MS + 2, { outcome: 'exhausted', attempt: 11 });
      at(MINUTE_MS + 3, { outcome: 'disabled' });
      at(MINUTE_MS + 4, { outcome: 'parked', attempt: 3 });
      at(700, { subscriptionId: undefined });
      at(800, { publication: 'crm' });
      subject().write(aHistoryEntry({ atMs: START_MS, publication, subscriptionId }));
      expect(await rates(appId)).toMatchObject({ isComplete: true });
      const found = [...(await rates(appId)).rates];
      expect(found.map(({ minuteMs }) => minuteMs)).toEqual([
        START_MS,
        START_MS,
        START_MS,
        START_MS + MINUTE_MS,
      ]);
      const none = { delivered: 0, kept: 0, failed: 0, parked: 0, dropped: 0 };
      const first = { minuteMs: START_MS, subscriptionId, publication };
      expect(found).toEqual(
        expect.arrayContaining([
          { ...none, ...first, received: 4, delivered: 2, kept: 1, failed: 1, lagMsMax: 59_999 },
          { ...none, ...first, subscriptionId: undefined, received: 1, delivered: 1, lagMsMax: 700 },
          { ...none, ...first, publication: 'crm', received: 1, delivered: 1, lagMsMax: 800 },
          {
            ...first,
            minuteMs: START_MS + MINUTE_MS,
            received: 2,
            delivered: 1,
            kept: 0,
            failed: 3,
            parked: 1,
            dropped: 0,
            lagMsMax: 60_003,
          },
        ]),
      );
    });

    it('have what filters dropped, and count once what is traced as well', async () => {
      const appId = newUuid();
      const way = { appId, subscriptionId: newUuid(), publication: 'orders' };
      subject().count({ ...way, atMs: START_MS + 1_000, count: 2 });
      subject().count({ ...way, atMs: START_MS + 59_000, count: 3 });
      subject().count({ ...way, appId: newUuid(), atMs: START_MS, count: 99 });
      subject().write(
        aHistoryEntry({ ...way, outcome: 'dropped', attempt: undefined, queuedAtMs: undefined }),
      );
      subject().write(aHistoryEntry({ ...way, atMs: START_MS, queuedAtMs: undefined }));
      const { rates: found } = await rates(appId);
      expect(found).toEqual([
        {
          minuteMs: START_MS,
          subscriptionId: way.subscriptionId,
          publication: 'orders',
          received: 6,
          delivered: 1,
          kept: 0,
          failed: 0,
          parked: 0,
          dropped: 5,
          lagMsMax: undefined,
        },
      ]);
    });

    it.each([
      ['quotes', '","outcome":"rejected","attempt":7,"appId":"other'],
      ['a pipe', 'x" | stats count(*) by appId'],
    ])('take an id of an event with %s for an id', async (_what, eventId) => {
      const appId = newUuid();
      subject().write(aHistoryEntry({ appId, eventId }));
      expect((await rates(appId)).rates).toMatchObject([
        { publication: 'crm', received: 1, delivered: 1, failed: 0 },
      ]);
    });

    it('are of the span and of the app only', async () => {
      const appId = newUuid();
      for (const minute of [0, 1, 2, 3]) {
        subject().write(aHistoryEntry({ appId, atMs: START_MS + minute * MINUTE_MS }));
      }
      const { rates: found } = await rates(appId, {
        fromMs: START_MS + MINUTE_MS,
        untilMs: START_MS + 3 * MINUTE_MS,
      });
      expect(found.map(({ minuteMs }) => minuteMs - START_MS)).toEqual([MINUTE_MS, 2 * MINUTE_MS]);
      expect((await rates(newUuid())).rates).toEqual([]);
    });
  });
}
