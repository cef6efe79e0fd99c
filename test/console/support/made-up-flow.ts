import type { InferOutput } from 'valibot';
import type { Flow as FlowSchema } from '../../../src/management/flow/schema.ts';

export type Flow = InferOutput<typeof FlowSchema>;

const MINUTE_MS = 60_000;

/** The last minutes, one entry each, the newest last. */
export function minutes(
  ...counts: readonly Partial<Omit<Flow['subscriptions'][number]['minutes'][number], 'at'>>[]
): Flow['subscriptions'][number]['minutes'] {
  const nowMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return counts.map((of, index) => ({
    at: new Date(nowMs - (counts.length - index) * MINUTE_MS).toISOString(),
    received: 0,
    delivered: 0,
    kept: 0,
    failed: 0,
    parked: 0,
    dropped: 0,
    ...of,
  }));
}

const NONE = { waiting: 0, available: 0, parked: 0, rejected: 0, exhausted: 0 };

/** An app on a normal working day: three sources, five streams, four targets, and no problems. */
export function calmFlow(): Flow {
  const busy = (received: number, dropped = 0) =>
    Array.from({ length: 50 }, (_, index) => {
      const wave = Math.round(received * (1 + 0.5 * Math.sin(index / 6)));
      const out = Math.min(wave, Math.round((dropped * wave) / received));
      return { received: wave, dropped: out, delivered: wave - out, lag_ms: 400 };
    });
  const subscriptions: Flow['subscriptions'] = [
    {
      id: 's1',
      name: 'opportunities',
      platform: 'salesforce',
      topic: '/data/OpportunityChangeEvent',
      paused: false,
      authorization: { alias: 'acme', status: 'active' },
      feed: { state: 'active', lag_ms: 1_400, gaps: 0 },
      minutes: minutes(...busy(240)),
    },
    {
      id: 's2',
      name: 'orders',
      platform: 'salesforce',
      topic: '/event/Order_Placed__e',
      paused: false,
      authorization: { alias: 'acme', status: 'active' },
      feed: { state: 'active', lag_ms: 0, gaps: 0 },
      minutes: minutes(...busy(31)),
    },
    { id: 's3', name: 'github', platform: 'webhook', paused: false, minutes: minutes(...busy(2)) },
  ];
  const targets = ['crm', 'billing', 'warehouse', 'reports'];
  const links: readonly [number, number, string | null, number, number][] = [
    [0, 0, 'root = if this.StageName == "Closed Won" { this } else { deleted() }', 240, 120],
    [0, 3, null, 240, 0],
    [1, 1, null, 31, 0],
    [1, 2, 'root.order = this.Order_Number__c\nroot.lines = this.Lines__c.parse_json()', 31, 0],
    [2, 3, 'root = if this.action == "opened" { this } else { deleted() }', 2, 1],
  ];
  return {
    app: { id: 'a', name: 'shop' },
    subscriptions,
    streams: links.map(([from, to, filter, received, dropped]) => ({
      source: { id: `s${from + 1}`, name: subscriptions[from]?.name ?? '' },
      target: { id: `p${to + 1}`, name: targets[to] ?? '' },
      filter,
      ordered: false,
      trace_drops: false,
      minutes: minutes(...busy(received, dropped)),
    })),
    publications: targets.map((name, index) => ({
      id: `p${index + 1}`,
      name,
      platform: index === 2 ? 'datacloud' : 'webhook',
      state: 'active',
      deliveries: NONE,
      minutes: minutes(...busy([120, 31, 31, 242][index] ?? 1)),
      direct: [],
    })),
    complete: true,
    refresh_after_ms: 2_000,
  };
}
