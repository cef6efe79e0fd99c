import { describe, expect, it } from 'vitest';
import { chaos, chaosInstallation } from './support/chaos.ts';
import { Installation } from './support/installation.ts';

// `npm run faults` does the same with 20,000 events, and with each loss path by itself.

const EVENTS = 2_000;
/**
 * Each kill repeats what was queued after the cursor was last written, and kills come every three seconds here. The bound
 * must only catch a worker that reads everything again, also on a busy machine; the rate that matters is measured over 20,000
 * events.
 */
const DUPLICATES_MAX = EVENTS / 2;

describe('the ledgers of org and receiver', () => {
  it('agree after 2,000 events with pollers killed and everything failing at random moments', async () => {
    const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);
    await using installation = await Installation.start(chaosInstallation(seed));
    const report = await chaos(installation, {
      seed,
      events: EVENTS,
      eventsPerSecond: 100,
      feeds: 4,
      pollers: 2,
      killEveryMs: 3_000,
      faultEveryMs: 500,
      settleMs: 40_000,
    });
    const { account, kills } = report;
    console.log(`FAULTS_SEED=${seed}`, report);
    expect(account.published).toBe(EVENTS);
    expect(account.lost).toEqual([]);
    expect(account.unknown).toEqual([]);
    expect(account.outOfOrder).toBe(0);
    expect(account.duplicates).toBeLessThan(DUPLICATES_MAX);
    expect(kills).toBeGreaterThan(2);
  });
});
