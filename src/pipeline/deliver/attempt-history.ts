import type { SendOutcome } from '../../domain/deliveries/destination.ts';
import { eventHead } from '../../domain/events/event-head.ts';
import { type HistoryEntry, historyEventId, type KeptEntry } from '../../domain/history/history-entry.ts';
import type { AttemptEnding } from './attempt-metrics.ts';
import type { DeliveryJob } from './delivery-job.ts';

/** The fields of an attempt's log line. On AWS these lines are the whole history. */
export function attemptEntry(
  job: DeliveryJob,
  outcome: SendOutcome,
  ending: AttemptEnding,
  attempt: number,
  atMs: number,
): HistoryEntry {
  return {
    atMs,
    appId: job.publication.appId,
    eventId: historyEventId(job.eventId),
    deliveryId: job.deliveryId,
    publication: job.publication.name,
    subscriptionId: job.subscriptionId,
    outcome: ending,
    attempt,
    durationMs: outcome.durationMs,
    status: outcome.status,
    errorId: 'errorId' in outcome ? outcome.errorId : undefined,
    queuedAtMs: job.sentAtMs,
  };
}

/** The entry plus what a log must not hold. The event is not parsed; only its head is read. */
export function keptAttempt(entry: HistoryEntry, job: DeliveryJob, outcome: SendOutcome): KeptEntry {
  const { type, subject } = eventHead(job.eventJson);
  return { ...entry, answer: outcome.answer, eventType: type, eventSubject: subject };
}
