import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import {
  ATTEMPTS_MAX,
  deliveryId,
  dueAt,
  dueNow,
  ended,
  filterFailure,
  isOpen,
  newDelivery,
  parked,
  scheduledAt,
  sendAttempt,
  succeeding,
  withAttempt,
} from './delivery.ts';

const NOW_MS = 1_700_000_000_000;
const path = { appId: 'app-1', publicationId: 'pub-1', publicationName: 'orders', subscriptionId: 'sub-1' };
const id = deliveryId('pub-1', 'sub-1', anEvent());
const delivery = newDelivery(id, path, anEvent(), 'send', NOW_MS);
const at = (atMs: number) => ({ atMs, durationMs: 1, errorId: 'timeout', message: 'late' });

describe('a delivery', () => {
  it('begins without attempts', () => {
    expect(delivery).toMatchObject({
      ...path,
      id,
      eventId: anEvent().id,
      eventType: anEvent().type,
      eventSubject: anEvent().subject,
      status: 'waiting',
      attempts: [],
      attemptCount: 0,
      createdAtMs: NOW_MS,
      updatedAtMs: NOW_MS,
      version: 1,
    });
  });

  it('is another one for another event, stream or publication', () => {
    const others = [
      deliveryId('pub-2', 'sub-1', anEvent()),
      deliveryId('pub-1', 'sub-2', anEvent()),
      deliveryId('pub-1', undefined, anEvent()),
      deliveryId('pub-1', 'sub-1', anEvent({ id: 'another' })),
      deliveryId('pub-1', 'sub-1', anEvent({ source: '/another' })),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
    expect(deliveryId('pub-1', 'sub-1', anEvent({ data: 'mended' }))).toBe(id);
  });

  it('counts all of its attempts, and keeps the last ones', () => {
    let record = delivery;
    for (let n = 1; n <= ATTEMPTS_MAX + 5; n += 1) record = withAttempt(record, at(n));
    expect(record.attemptCount).toBe(ATTEMPTS_MAX + 5);
    expect(record.attempts).toHaveLength(ATTEMPTS_MAX);
    expect(record.attempts.at(-1)?.atMs).toBe(ATTEMPTS_MAX + 5);
    expect(record.updatedAtMs).toBe(ATTEMPTS_MAX + 5);
  });

  it('that succeeds an ended one has the attempts of both, and the age of the first', () => {
    const former = ended(withAttempt(newDelivery(id, path, anEvent(), 'send', 1), at(1)), 'exhausted', 2);
    const record = withAttempt(delivery, at(NOW_MS));
    expect(succeeding(former, record)).toEqual({
      ...record,
      createdAtMs: 1,
      attempts: [at(1), at(NOW_MS)],
    });
  });

  it.each([
    ['due now', dueNow(delivery, 5), { status: 'waiting', nextAttemptAtMs: 5, sweepAtMs: 120_005 }],
    ['due later', dueAt(delivery, 9, 5), { status: 'waiting', nextAttemptAtMs: 9, sweepAtMs: 120_009 }],
    ['scheduled', scheduledAt(delivery, 9, 5), { status: 'waiting', nextAttemptAtMs: 9, sweepAtMs: 9 }],
    ['parked', parked(dueAt(delivery, 9, 5), 5), { status: 'parked', sweepAtMs: 6 * 3_600_000 + 5 }],
    ['ended', ended(dueAt(delivery, 9, 5), 'discarded', 5), { status: 'discarded', forgetAtMs: 604_800_005 }],
  ])('that is %s is looked at in time', (_what, record, expected) => {
    const { status, nextAttemptAtMs, sweepAtMs, forgetAtMs } = record;
    expect({ status, nextAttemptAtMs, sweepAtMs, forgetAtMs }).toEqual({
      nextAttemptAtMs: undefined,
      sweepAtMs: undefined,
      forgetAtMs: undefined,
      ...expected,
    });
    expect(isOpen(record)).toBe(forgetAtMs === undefined);
  });

  it('is listed for no date of its own once it is tried again', () => {
    expect(dueNow(ended(delivery, 'exhausted', 1), 5).forgetAtMs).toBeUndefined();
  });
});

describe('an attempt', () => {
  it('says what the target answered, and no more of it than tells what it is', () => {
    expect(sendAttempt({ kind: 'delivered', status: 202, durationMs: 3 }, 7)).toEqual({
      atMs: 7,
      durationMs: 3,
      status: 202,
    });
    const failure = { errorId: 'http-500', message: 'x'.repeat(501), status: 500, durationMs: 3 };
    expect(sendAttempt({ kind: 'retry', ...failure }, 7)).toEqual({
      ...failure,
      atMs: 7,
      message: 'x'.repeat(500),
    });
  });

  it('of a filter takes no time', () => {
    expect(filterFailure('y'.repeat(501), 7)).toEqual({
      atMs: 7,
      durationMs: 0,
      errorId: 'filter-failed',
      message: 'y'.repeat(500),
    });
  });
});
