import { beforeEach, describe, expect, it } from 'vitest';
import { anApp, anAuthorization } from '../../../test/support/records.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { Stores } from '../../adapters/engine.ts';
import { makeMemoryStores } from '../../adapters/memory/stores.ts';
import { type Announcement, operationalEvent } from '../../domain/announcements/announcement.ts';
import type { OrgLimitsAnswer } from '../../domain/authorizations/org-limits.ts';
import type { LogCode } from '../../telemetry/log-messages.ts';
import type { LogFields } from '../../telemetry/logger.ts';
import { silentMetrics } from '../../telemetry/metrics.ts';
import { readAllocations } from './read-allocations.ts';

const TEN_MINUTES_MS = 600_000;
const NAME = 'DailyDeliveredPlatformEvents';

describe('reading the event allocations', () => {
  const app = anApp();
  let stores: Stores;
  let clock: TestClock;
  let logged: [LogCode, LogFields | undefined][];
  let answer: OrgLimitsAnswer;
  let asked: number;
  let announced: Announcement[];

  const remaining = (left: number) => {
    answer = {
      kind: 'answered',
      value: { [NAME]: { max: 1_000, remaining: left }, DailyApiRequests: { max: 5, remaining: 0 } },
    };
  };
  const run = () =>
    readAllocations({
      ...stores,
      announcements: { announce: async (announcement) => void announced.push(announcement) },
      orgs: {
        limits: async () => {
          asked += 1;
          return answer;
        },
      },
      clock,
      metrics: silentMetrics,
      log: { write: (code, fields) => logged.push([code, fields]) },
    });

  beforeEach(async () => {
    stores = makeMemoryStores();
    clock = new TestClock();
    logged = [];
    asked = 0;
    announced = [];
    await stores.apps.create(app);
    for (const given of [{ alias: 'a' }, { alias: 'dead', status: 'dead' as const }]) {
      await stores.authorizations.create(anAuthorization({ appId: app.id, ...given }));
    }
  });

  it('takes those of events of the active authorizations, in one minute of ten', async () => {
    remaining(900);
    expect(await run()).toBe(1);
    const [reading] = await stores.allocations.list(app.id);
    expect(reading).toMatchObject({
      readAtMs: clock.now(),
      limits: [{ name: NAME, max: 1_000, remaining: 900 }],
    });
    clock.advance(60_000);
    expect(await run()).toBe(0);
    expect(asked).toBe(1);
    clock.advance(TEN_MINUTES_MS - 60_000);
    expect(await run()).toBe(1);
  });

  it('warns at 80 and at 95 percent, each once, and again after the allocation was larger meanwhile', async () => {
    const warned: number[] = [];
    for (const left of [201, 200, 150, 50, 0, -10, 900, 100]) {
      remaining(left);
      logged = [];
      await run();
      if (logged.some(([code]) => code === 'ALLOCATION_LOW')) warned.push(left);
      clock.advance(TEN_MINUTES_MS);
    }
    expect(warned).toEqual([200, 50, 100]);
    expect(announced.map(({ type, subject, data }) => [type, subject, data])).toEqual(
      [200, 50, 100].map((remaining) => [
        'com.sluice.allocation.low',
        'a',
        expect.objectContaining({ allocation: NAME, max: 1_000, remaining }),
      ]),
    );
    // Each warning is a separate event.
    expect(new Set(announced.map((each) => operationalEvent(each).id)).size).toBe(3);
  });

  it('keeps the former reading when Salesforce does not answer, and says so', async () => {
    remaining(900);
    await run();
    const before = await stores.allocations.list(app.id);
    clock.advance(TEN_MINUTES_MS);
    answer = { kind: 'failed', message: 'SERVER_UNAVAILABLE' };
    expect(await run()).toBe(0);
    expect(await stores.allocations.list(app.id)).toEqual(before);
    expect(logged).toMatchObject([['ALLOCATION_UNREADABLE', { alias: 'a', error: 'SERVER_UNAVAILABLE' }]]);
  });
});
