import { beforeEach, describe, expect, it } from 'vitest';
import { anEvent, aStream } from '../../../test/support/builders.ts';
import { RecordedLog } from '../../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import { MemoryDeliveryHistory } from '../../adapters/memory/delivery-history.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { DropCounts, flushedTogether } from './drop-counts.ts';

const EVER = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, limit: 10 };

describe('what filters drop', () => {
  let log: RecordedLog;
  let clock: TestClock;
  let history: MemoryDeliveryHistory;
  let drops: DropCounts;
  beforeEach(() => {
    log = new RecordedLog();
    clock = new TestClock();
    history = new MemoryDeliveryHistory();
    drops = new DropCounts({ log, clock, history });
  });

  it('is counted for each stream, and written once a flush', async () => {
    const orders = aStream();
    for (let n = 0; n < 1_000; n += 1) drops.dropped({ ...orders }, anEvent());
    drops.dropped(aStream({ publicationId: 'p-2', publicationName: 'crm' }), anEvent());
    expect(log.entries).toEqual([]);
    const metrics = flushedTogether(silentMetrics, drops);
    metrics.flush();
    metrics.flush();
    expect(log.entries.map(({ code, fields }) => [code, fields])).toEqual([
      ['EVENTS_DROPPED', { appId: 'app-1', subscriptionId: 'sub-1', publication: 'orders', count: 1_000 }],
      ['EVENTS_DROPPED', { appId: 'app-1', subscriptionId: 'sub-1', publication: 'crm', count: 1 }],
    ]);
    expect(await history.drops('app-1', EVER)).toMatchObject({ drops: [{ count: 1_000 }, { count: 1 }] });
  });

  it('has an entry for each event only where the stream asks for it', async () => {
    drops.dropped(aStream(), anEvent({ id: 'unseen' }));
    drops.dropped(aStream({ traceDrops: true }), anEvent({ id: 'traced' }));
    expect(log.of('EVENT_DROPPED')).toMatchObject([
      { eventId: 'traced', outcome: 'dropped', publication: 'orders' },
    ]);
    // The subject may identify a person: only the store may hold it.
    expect(JSON.stringify(log.entries)).not.toContain(anEvent().subject);
    const { entries } = await history.find('app-1', EVER);
    expect(entries).toMatchObject([{ eventId: 'traced', eventSubject: anEvent().subject }]);
  });
});
