import { timeText } from '../../../src/base/calendar.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import type { Breaker } from '../../../src/management/publication-fields.ts';
import type { Shown } from '../shown.ts';

/** Absent until the first outage of the publication. */
export function breakerObject({ breaker }: Publication): Shown<typeof Breaker> | undefined {
  if (breaker === undefined) return undefined;
  const { state, sinceMs, openedAtMs, reason, evidence, failedProbeCount, nextProbeAtMs } = breaker;
  if (state === 'closed') return { state, since: timeText(sinceMs) };
  return {
    state,
    since: timeText(sinceMs),
    opened_at: openedAtMs === undefined ? undefined : timeText(openedAtMs),
    error: reason === undefined ? undefined : { id: reason.errorId, message: reason.message },
    attempts: evidence?.attemptCount,
    failures: evidence?.failureCount,
    failed_probes: failedProbeCount,
    next_probe_at: nextProbeAtMs === undefined ? undefined : timeText(nextProbeAtMs),
  };
}
