import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { EventBatches, SPLIT_MS_MAX, sendSplitting } from './event-batches.ts';

const LIMITS = { eventsMax: 3, bytesMax: 100, waitMs: 200 };
const TAKEN: SendOutcome = { kind: 'delivered', status: 204, durationMs: 1 };

function refused(status: number): SendOutcome {
  return { kind: 'retry', errorId: `http-${status}`, message: 'refused', status, durationMs: 1 };
}

function anEvent(name: string, attemptCount?: number): OutgoingEvent {
  return {
    deliveryId: name,
    eventJson: JSON.stringify(name),
    ...(attemptCount !== undefined && { record: { attemptCount } }),
  };
}

describe('events that wait for each other', () => {
  let time: VirtualTime;
  let batches: EventBatches;
  let sent: string[][];
  const send = async (events: readonly OutgoingEvent[]) => {
    sent.push(events.map(({ deliveryId }) => deliveryId));
    return events.map(() => TAKEN);
  };
  const add = (event: OutgoingEvent, key = 'a') => batches.add(key, LIMITS, event, send);

  beforeEach(() => {
    time = new VirtualTime();
    batches = new EventBatches(time);
    sent = [];
  });

  it('go together when the first has waited long enough, in their order', async () => {
    const first = add(anEvent('1'));
    await time.pass(199);
    const second = add(anEvent('2'));
    expect(sent).toEqual([]);
    await time.pass(1);
    expect(sent).toEqual([['1', '2']]);
    expect(await Promise.all([first, second])).toEqual([TAKEN, TAKEN]);
    expect(time.pendingCount).toBe(0);
  });

  it('go at once when they are as many as a batch takes', async () => {
    await Promise.all(['1', '2', '3'].map((name) => add(anEvent(name))));
    expect(sent).toEqual([['1', '2', '3']]);
  });

  it('go at once when they are as large as a batch may be, and never beyond', async () => {
    // 2 bytes of brackets; an event takes its JSON and a comma.
    const outcomes = [add(anEvent('x'.repeat(45))), add(anEvent('y'.repeat(47)))];
    await time.settle();
    expect(sent.map((names) => names.length)).toEqual([2]);
    outcomes.push(add(anEvent('x'.repeat(45))), add(anEvent('y'.repeat(48))));
    await time.settle();
    expect(sent.map((names) => names.length)).toEqual([2, 1]);
    await time.pass(200);
    expect(sent.map((names) => names.length)).toEqual([2, 1, 1]);
    await Promise.all(outcomes);
  });

  it('do not wait for one that is larger than a batch: it goes alone', async () => {
    await add(anEvent('x'.repeat(200)));
    expect(sent.map((names) => names.length)).toEqual([1]);
  });

  it('are of one publication, in one version', async () => {
    void add(anEvent('1'), 'a 1');
    void add(anEvent('2'), 'a 2');
    await time.pass(200);
    expect(sent).toEqual([['1'], ['2']]);
  });

  it('do not wait for an event that failed twice: it travels alone', async () => {
    const others = [add(anEvent('new')), add(anEvent('once', 1))];
    await add(anEvent('twice', 2));
    expect(sent).toEqual([['twice']]);
    await time.pass(200);
    expect(sent).toEqual([['twice'], ['new', 'once']]);
    await Promise.all(others);
  });

  it('all hear of an error of ours', async () => {
    const broken = () => Promise.reject(new Error('broken'));
    const both = ['1', '2'].map((name) => batches.add('a', LIMITS, anEvent(name), broken));
    const heard = Promise.allSettled(both);
    await time.pass(200);
    expect((await heard).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('go when the destination closes', async () => {
    const waiting = add(anEvent('1'));
    batches.flush();
    expect(await waiting).toEqual(TAKEN);
  });
});

describe('a batch that is refused', () => {
  const names = Array.from({ length: 100 }, (_, n) => `${n}`);
  const run = async (isPoisonous: (name: string) => boolean, status: number, elapsedMs = () => 0) => {
    let requests = 0;
    const outcomes = await sendSplitting(
      names.map((name) => anEvent(name)),
      async (events) => {
        requests += 1;
        return events.some(({ deliveryId }) => isPoisonous(deliveryId)) ? refused(status) : TAKEN;
      },
      elapsedMs,
    );
    const failed = names.filter((_, index) => outcomes[index]?.kind !== 'delivered');
    expect(outcomes).toHaveLength(names.length);
    return { failed, requests };
  };

  it.each([400, 403, 404, 409, 413, 422])(
    'with %i loses nobody but the one that it refuses',
    async (status) => {
      const { failed, requests } = await run((name) => name === '42', status);
      expect(failed).toEqual(['42']);
      expect(requests).toBeLessThanOrEqual(15);
    },
  );

  it('for several of its events delivers all others', async () => {
    expect((await run((name) => Number(name) % 30 === 7, 400)).failed).toEqual(['7', '37', '67', '97']);
  });

  it('for all of them takes less than two requests an event', async () => {
    const { failed, requests } = await run(() => true, 400);
    expect(failed).toEqual(names);
    expect(requests).toBe(2 * names.length - 1);
  });

  it.each([401, 405, 408, 410, 415, 425, 429, 500, 503, 302])(
    'with %i is not split: that is said of every event',
    async (status) => {
      expect(await run((name) => name === '42', status)).toMatchObject({ failed: names, requests: 1 });
    },
  );

  it('is split only for so long: what is left is tried again', async () => {
    let nowMs = 0;
    const { failed, requests } = await run(
      (name) => name === '42',
      400,
      () => {
        nowMs += SPLIT_MS_MAX / 4;
        return nowMs;
      },
    );
    expect(requests).toBeLessThan(15);
    expect(failed).toContain('42');
    expect(failed.length).toBeGreaterThan(1);
    expect(failed.length).toBeLessThan(names.length);
  });
});
