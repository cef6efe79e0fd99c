import { describe, expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { aFeedEvent } from '../../../test/support/scripted-feed-source.ts';
import { VirtualTime } from '../../../test/support/virtual-time.ts';
import type { ChangeGap, FeedEvent } from '../../domain/feeds/feed-source.ts';
import type { RepairOutcome } from '../../domain/feeds/gap-repair.ts';
import { RECORDS_AT_ONCE_MAX, REPAIR_MS_MAX, repairGaps } from './repair-gaps.ts';

const TARGET = { appId: 'app', authorizationId: 'authorization', topic: '/data/AccountChangeEvent' };

function aGapEvent(id: string, gap: Partial<ChangeGap> = {}): FeedEvent {
  return {
    ...aFeedEvent(id),
    decoded: {
      kind: 'decoded',
      json: anEvent({ id }),
      avroJson: undefined,
      atMs: 1,
      committedAtMs: 1,
      gap: { kind: 'changed', entity: 'Account', recordIds: ['r1'], wildcards: [], ...gap },
    },
  };
}

const repaired = (id: string): RepairOutcome => ({
  kind: 'repaired',
  event: { json: anEvent({ id: `repair-${id}` }), avroJson: undefined },
});

function repairing(answer: (recordId: string, asked: number) => RepairOutcome | Promise<RepairOutcome>) {
  const time = new VirtualTime();
  const log = new RecordedLog();
  const stopping = new AbortController();
  const asked: string[] = [];
  const gapRepair = {
    async repair(_target: unknown, _event: unknown, _entity: string, recordId: string) {
      asked.push(recordId);
      return answer(recordId, asked.length);
    },
  };
  return {
    time,
    log,
    stopping,
    asked,
    start: (events: readonly FeedEvent[], repair = true) =>
      repairGaps({ gapRepair, timers: time, log }, TARGET, events, repair, stopping.signal),
    async run(events: readonly FeedEvent[], repair = true) {
      return time.passUntil(this.start(events, repair));
    },
  };
}

describe('the gaps of a frame', () => {
  it('cost nothing where there are none', async () => {
    const bench = repairing(repaired);
    const events = [aFeedEvent('a'), aFeedEvent('b')];
    expect(await bench.run(events)).toBe(events);
    expect(bench.asked).toEqual([]);
  });

  it('are filled with the records as they are, each event in its place', async () => {
    const bench = repairing(repaired);
    const events = [aFeedEvent('a'), aGapEvent('gap', { recordIds: ['r1', 'r2'] }), aFeedEvent('b')];
    const handled = await bench.run(events);
    expect(handled.map(({ raw }) => raw.id)).toEqual(['a', 'gap', 'b']);
    expect(handled[1]?.repairs?.map(({ json }) => json?.id)).toEqual(['repair-r1', 'repair-r2']);
    expect(handled[1]).not.toHaveProperty('gapMessage');
    expect(handled[0]).toBe(events[0]);
  });

  it.each([
    ['nobody wants repairs', {}, false],
    ['the records were deleted', { kind: 'deleted' }, true],
  ] as const)('are left as they are when %s', async (_name, gap, repair) => {
    const bench = repairing(repaired);
    const [event] = await bench.run([aGapEvent('gap', gap)], repair);
    expect(bench.asked).toEqual([]);
    expect(event).not.toHaveProperty('repairs');
    expect(event).not.toHaveProperty('gapMessage');
  });

  it('are none of an event that is passed over', async () => {
    const bench = repairing(repaired);
    const gap = aGapEvent('gap');
    const skipped = { ...gap, decoded: { ...gap.decoded, json: undefined } as typeof gap.decoded };
    const events = [skipped];
    expect(await bench.run(events)).toBe(events);
  });

  it.each([true, false])('that overflow are possible losses, repair (%s) or not', async (repair) => {
    const bench = repairing(repaired);
    const [event] = await bench.run([aGapEvent('gap', { kind: 'overflow' })], repair);
    expect(event?.gapMessage).toMatch(/^Events may have been missed: .* of Account .*GAP_OVERFLOW/);
    expect(bench.log.of('FEED_GAP')).toMatchObject([{ reason: 'gap-overflow', entity: 'Account' }]);
    expect(bench.asked).toEqual([]);
  });

  it('of a record that is gone by now need no repair', async () => {
    const [event] = await repairing(() => ({ kind: 'deleted' })).run([aGapEvent('gap')]);
    expect(event?.repairs).toEqual([]);
    expect(event).not.toHaveProperty('gapMessage');
  });

  it('of records that are not named are possible losses', async () => {
    const bench = repairing(repaired);
    const [event] = await bench.run([aGapEvent('gap', { recordIds: ['r1'], wildcards: ['001*'] })]);
    expect(event?.repairs).toHaveLength(1);
    expect(event?.gapMessage).toBe(
      '1 of 2 records of Account in the gap event gap could not be repaired; the first is 001*: Salesforce did not say which records they are',
    );
    expect(bench.log.of('FEED_REPAIR_FAILED')).toMatchObject([{ eventId: 'gap', count: 1 }]);
  });
});

describe('a record that cannot be read', () => {
  it('is asked for again after 300 ms, and after 1.5 s', async () => {
    const bench = repairing((id, asked) => (asked < 3 ? { kind: 'failed', message: 'busy' } : repaired(id)));
    const [event] = await bench.run([aGapEvent('gap')]);
    expect(bench.time.elapsedMs()).toBe(1_800);
    expect(event?.repairs).toHaveLength(1);
  });

  it('is a possible loss after the third try', async () => {
    const bench = repairing(() => ({ kind: 'failed', message: 'busy' }));
    const [event] = await bench.run([aGapEvent('gap')]);
    expect(bench.asked).toHaveLength(3);
    expect(event?.gapMessage).toMatch(/r1: busy$/);
  });

  it('is not asked for again without an authorization', async () => {
    const bench = repairing(() => ({ kind: 'not-authorized', message: 'log in' }));
    const [event] = await bench.run([aGapEvent('gap')]);
    expect(bench.asked).toHaveLength(1);
    expect(event?.gapMessage).toMatch(/r1: log in$/);
  });
});

describe('a repair', () => {
  it('asks for five records at a time', async () => {
    const recordIds = Array.from({ length: 12 }, (_, index) => `r${index}`);
    const bench = repairing(async (id) => {
      await bench.time.sleep(1_000);
      return repaired(id);
    });
    const run = bench.start([aGapEvent('gap', { recordIds })]);
    await bench.time.pass(999);
    expect(bench.asked).toHaveLength(RECORDS_AT_ONCE_MAX);
    const [event] = await bench.time.passUntil(run);
    expect(bench.time.elapsedMs()).toBe(3_000);
    expect(event?.repairs?.map(({ json }) => json?.id)).toEqual(recordIds.map((id) => `repair-${id}`));
  });

  it('takes 20 s for all events of a frame, however many there are', async () => {
    const bench = repairing(() => new Promise(() => undefined));
    const [first, second] = await bench.run([aGapEvent('one'), aGapEvent('two')]);
    expect(bench.time.elapsedMs()).toBe(REPAIR_MS_MAX);
    expect(first?.gapMessage).toMatch(/Salesforce did not answer in time$/);
    expect(second?.gapMessage).toMatch(/there was no time left$/);
    expect(bench.asked).toEqual(['r1']);
    expect(bench.time.pendingCount).toBe(0);
  });

  it('does not begin a wait that it has no time for', async () => {
    const bench = repairing(async () => {
      await bench.time.sleep(REPAIR_MS_MAX - 100);
      return { kind: 'failed', message: 'busy' };
    });
    const [event] = await bench.run([aGapEvent('gap')]);
    expect(bench.time.elapsedMs()).toBe(REPAIR_MS_MAX - 100);
    expect(event?.gapMessage).toMatch(/r1: busy$/);
  });

  it('does not wait for its next try when the session is to stop', async () => {
    const bench = repairing(() => ({ kind: 'failed', message: 'busy' }));
    const run = bench.start([aGapEvent('gap')]);
    await bench.time.pass(1_000);
    bench.stopping.abort();
    const [event] = await run;
    expect(bench.time.elapsedMs()).toBe(1_000);
    expect(event?.gapMessage).toMatch(/there was no time left$/);
    expect(bench.time.pendingCount).toBe(0);
  });
});
