import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Announcements } from '../../domain/announcements/announcement.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import {
  type AllocationLimit,
  type AllocationStore,
  usedPercent,
} from '../../domain/authorizations/allocation-store.ts';
import type { Authorization } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { OrgLimits } from '../../domain/authorizations/org-limits.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

export interface ReadAllocationsPorts {
  readonly apps: Pick<AppStore, 'list'>;
  readonly authorizations: Pick<AuthorizationStore, 'list'>;
  readonly allocations: AllocationStore;
  readonly orgs: OrgLimits;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Each reading uses one of the org's daily API requests: 144 a day out of at least 15,000. */
const EVERY_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Concurrent readings: few enough for the function's memory. */
const READ_AT_ONCE_MAX = 5;
/** The schedule's function has less than a minute, and one request may take half of it. */
const BEGUN_WITHIN_MS = 20_000;

/** The org's limits that concern events. */
const LIMIT_NAMES = [
  'DailyDeliveredPlatformEvents',
  'HourlyPublishedPlatformEvents',
  'MonthlyPlatformEventsUsageEntitlement',
] as const;

/** Each of these is worth one warning: time to look, and time to act. */
const WARNED_PERCENTS = [80, 95];

/**
 * Reads the event allocations of every active authorization, in one minute out of ten, starting with those that were
 * read longest ago, so that the rest come next time. Returns how many were read.
 */
export async function readAllocations(ports: ReadAllocationsPorts): Promise<number> {
  const { apps, authorizations, allocations, clock } = ports;
  const startedAtMs = clock.now();
  if (startedAtMs % EVERY_MS >= MINUTE_MS) return 0;
  const waiting: { authorization: Authorization; limits: readonly AllocationLimit[]; readAtMs: number }[] =
    [];
  for (const app of await apps.list()) {
    const active = (await authorizations.list(app.id)).filter(({ status }) => status === 'active');
    if (active.length === 0) continue;
    const readings = await allocations.list(app.id);
    for (const authorization of active) {
      const former = readings.find(({ authorizationId }) => authorizationId === authorization.id);
      waiting.push({ authorization, limits: former?.limits ?? [], readAtMs: former?.readAtMs ?? 0 });
    }
  }
  waiting.sort((one, other) => one.readAtMs - other.readAtMs);
  const read = await sideBySide(
    waiting,
    READ_AT_ONCE_MAX,
    async ({ authorization, limits }) =>
      clock.now() - startedAtMs < BEGUN_WITHIN_MS && (await readOne(ports, authorization, limits)),
  );
  return read.filter(Boolean).length;
}

async function readOne(
  { allocations, orgs, announcements, clock, log, metrics }: ReadAllocationsPorts,
  { id, appId, alias, orgId }: Authorization,
  former: readonly AllocationLimit[],
): Promise<boolean> {
  const answer = await orgs.limits(appId, id);
  const who = { appId, authorizationId: id, alias, orgId };
  if (answer.kind !== 'answered') {
    const error = answer.kind === 'not-found' ? 'the org has no limits resource' : answer.message;
    log.write('ALLOCATION_UNREADABLE', { ...who, error });
    return false;
  }
  const limits = LIMIT_NAMES.flatMap((name) => {
    const limit = answer.value[name];
    return limit === undefined ? [] : [{ name, max: limit.max, remaining: limit.remaining }];
  });
  for (const limit of limits) {
    metrics.measure('AllocationUsed', usedPercent(limit));
    const before = former.find(({ name }) => name === limit.name);
    if (warnings(limit) > (before === undefined ? 0 : warnings(before))) {
      log.write('ALLOCATION_LOW', { ...who, ...limit, usedPercent: usedPercent(limit) });
      const { name: allocation, max, remaining } = limit;
      await announcements.announce({
        appId,
        type: 'com.sluice.allocation.low',
        // The key includes the hour: the same warning on another day is a new one.
        key: [id, allocation, warnings(limit), Math.floor(clock.now() / HOUR_MS)],
        subject: alias,
        atMs: clock.now(),
        data: {
          authorization: { id, alias },
          ...(orgId !== undefined && { org_id: orgId }),
          allocation,
          max,
          remaining,
          used_percent: usedPercent(limit),
        },
      });
    }
  }
  // The reading is stored after the warning: a crash in between warns twice rather than never.
  await allocations.put({ appId, authorizationId: id, readAtMs: clock.now(), limits });
  return true;
}

function warnings(limit: AllocationLimit): number {
  return WARNED_PERCENTS.filter((percent) => usedPercent(limit) >= percent).length;
}
