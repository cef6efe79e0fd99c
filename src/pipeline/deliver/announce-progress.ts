import { timeText } from '../../base/calendar.ts';
import {
  type Announcements,
  isOperational,
  PROGRESS_PERCENTS,
  type ProgressPercent,
} from '../../domain/announcements/announcement.ts';
import type { Delivery } from '../../domain/deliveries/delivery.ts';
import { RETRY_DELAYS_MS } from '../../domain/deliveries/retry-policy.ts';
import type { Publication } from '../../domain/publications/publication.ts';

/** Announces that a delivery has used up half, nine tenths or all of its retries. Never throws. */
export async function announceProgress(
  announcements: Announcements,
  { appId, id: publicationId, name, retryDelaysMs }: Publication,
  record: Delivery,
): Promise<void> {
  const last = record.attempts.at(-1);
  if (last === undefined || isOperational(record.eventType)) return;
  const used = record.attemptCount - (record.failedProbeCount ?? 0) - 1;
  const percent =
    record.status === 'exhausted' ? 100 : passed(used, (retryDelaysMs ?? RETRY_DELAYS_MS).length);
  if (percent === undefined) return;
  await announcements.announce({
    appId,
    type: 'com.sluice.delivery.progress',
    // A delivery that a person retries may be exhausted a second time.
    key: [record.id, percent, record.attemptCount],
    subject: name,
    atMs: last.atMs + last.durationMs,
    data: {
      publication: { id: publicationId, name },
      delivery_id: record.id,
      event_id: record.eventId,
      event_type: record.eventType,
      percent,
      attempts: record.attemptCount,
      error: { id: last.errorId ?? 'unknown', message: last.message ?? '' },
      ...(record.nextAttemptAtMs !== undefined && { next_attempt_at: timeText(record.nextAttemptAtMs) }),
    },
  });
}

/**
 * The mark below 100 % that the last failure passed. It counts the retries used, not the time: the last waits take up
 * nearly all of the time.
 */
function passed(usedRetries: number, retries: number): Exclude<ProgressPercent, 100> | undefined {
  const percentOf = (used: number) => (retries === 0 ? 0 : (used / retries) * 100);
  return PROGRESS_PERCENTS.filter((mark) => mark !== 100).findLast(
    (mark) => percentOf(usedRetries) >= mark && percentOf(usedRetries - 1) < mark,
  );
}
