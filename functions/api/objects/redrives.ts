import { optionalTimeText, timeText } from '../../../src/base/calendar.ts';
import type { DeliveryFilter } from '../../../src/domain/deliveries/delivery-filter.ts';
import type { ErasedDeadLetters, Erasure } from '../../../src/domain/deliveries/erasure.ts';
import type { Redrive } from '../../../src/domain/deliveries/redrive.ts';
import type * as schema from '../../../src/management/redrives/schema.ts';
import type { Shown } from '../shown.ts';

export function redriveObject(redrive: Redrive): Shown<typeof schema.Redrive> {
  return {
    id: redrive.id,
    action: redrive.action,
    filter: filterObject(redrive.filter),
    erasure: redrive.erasure && erasureObject(redrive.erasure),
    state: redrive.state,
    rate: redrive.ratePerSecond,
    started_by: redrive.startedBy,
    started_at: timeText(redrive.startedAtMs),
    ended_at: optionalTimeText(redrive.endedAtMs),
    done: redrive.doneCount,
    skipped: redrive.skippedCount,
    scanned: redrive.scannedCount,
  };
}

function erasureObject({ by, valueHash, quarantineCount, historyCount, keptCount, deadLetters }: Erasure) {
  return {
    by,
    value_sha256: valueHash,
    quarantine: quarantineCount,
    history: historyCount,
    kept: keptCount,
    dead_letters: erasedDeadLetters(deadLetters),
  };
}

export function erasedDeadLetters({
  count,
  mixedCount,
  isComplete,
}: ErasedDeadLetters): Shown<typeof schema.ErasedDeadLetters> {
  return { erased: count, mixed: mixedCount, complete: isComplete };
}

function filterObject(filter: DeliveryFilter): Shown<typeof schema.Redrive>['filter'] {
  return {
    status: filter.statuses ?? [],
    publication: filter.publicationId,
    subscription: filter.subscriptionId,
    event_id: filter.eventId,
    event_type: filter.eventType,
    event_subject: filter.eventSubject,
    from: optionalTimeText(filter.fromMs),
    until: optionalTimeText(filter.untilMs),
    http_status: filter.httpStatus,
    error: filter.error,
  };
}
