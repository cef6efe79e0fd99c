import type { InferOutput } from 'valibot';
import type { Status } from '../../../src/management/status/schema.ts';

/**
 * Two orgs: a healthy one, and one whose authorization is dead, whose feed has stopped and whose allocation is running out.
 */
export function troubledStatus(): InferOutput<typeof Status> {
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  const authorization = (alias: string, more: object) => ({
    id: alias,
    alias,
    platform: 'salesforce',
    params: { org_name: alias, alias, url: `https://${alias}.my.salesforce.com` },
    status: 'active',
    flow: 'jwt',
    login_url: 'https://login.salesforce.com',
    org_id: '00D000000000001AAA',
    created_at: at(900),
    extra: null,
    ...more,
  });
  const feed = (alias: string | undefined, topic: string, more: object) => ({
    id: topic,
    topic,
    ...(alias !== undefined && { alias }),
    subscriptions: ['orders'],
    state: 'active',
    on_invalid_cursor: 'stop',
    accepted_count: 90_000,
    accepted_last_hour: 6_000,
    accepted_last_day: 40_000,
    lag_ms: 200,
    cursor_age_ms: 900,
    gaps: [],
    created_at: at(900),
    ...more,
  });
  const allocation = (alias: string, used: number) => ({
    alias,
    read_at: at(0.1),
    limits: [
      {
        name: 'DailyDeliveredPlatformEvents',
        max: used === 0 ? 500_000 : 50_000,
        remaining: used === 0 ? 480_000 : 50_000 - used,
        used_percent: used === 0 ? 4 : (used / 50_000) * 100,
        ...(used > 0 && { runs_out_at: at(-50.5 / 60) }),
      },
      { name: 'HourlyPublishedPlatformEvents', max: 250_000, remaining: 249_990, used_percent: 0 },
    ],
    delivered_last_day: 40_000,
    published_this_hour: 10,
  });
  return {
    app: { id: 'a', name: 'shop' },
    authorizations: [
      authorization('acme', {
        status: 'dead',
        reason: {
          id: 'refresh-token-expired',
          message: 'The grant was revoked. Authorize the org again',
          at: at(1),
        },
      }),
      authorization('beta', {}),
    ],
    allocations: [allocation('acme', 45_000), allocation('beta', 0)],
    feeds: [
      feed('acme', '/event/Order_Placed__e', {
        state: 'stopped',
        reason: {
          id: 'cursor-expired',
          message: 'The cursor is older than Salesforce keeps events',
          at: at(1),
        },
        cursor_age_ms: 60 * 3_600_000,
        gaps: [{ at: at(2), cursor_at: at(5), message: 'The cursor was too old.' }],
      }),
      feed('beta', '/data/AccountChangeEvent', {}),
      feed(undefined, '/event/Lost__e', { state: 'waiting' }),
    ],
    publications: [],
    generators: [],
    deliveries: { waiting: 0, available: 0, parked: 0, rejected: 0, exhausted: 0 },
    pulled: [],
  };
}
