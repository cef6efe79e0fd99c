import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import type { ChangeGap, EventInFormats, FeedEvent, FeedTarget } from '../../domain/feeds/feed-source.ts';
import type { GapRepair, RepairOutcome } from '../../domain/feeds/gap-repair.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface RepairPorts {
  readonly gapRepair: GapRepair;
  readonly timers: Timers;
  readonly log: Log;
}

/** Waits before a record is requested again. */
const RETRY_DELAYS_MS = [300, 1_500];
/** The limit for all records of one frame. Salesforce closes a stream that is not answered for 60 s. */
export const REPAIR_MS_MAX = 20_000;
/** Concurrent requests: an org allows 25 long requests, and other clients need some of them. */
export const RECORDS_AT_ONCE_MAX = 5;

/**
 * Returns the events of a frame with their gaps handled: with `repair`, the records as they are now; a possible gap if
 * the records are unknown or could not be read. Takes `REPAIR_MS_MAX` at most, whatever Salesforce does. Returns the
 * given array if no event has a gap.
 */
export async function repairGaps(
  ports: RepairPorts,
  target: FeedTarget,
  events: readonly FeedEvent[],
  repair: boolean,
  stopping: AbortSignal,
): Promise<readonly FeedEvent[]> {
  if (!events.some((event) => gapOf(event) !== undefined)) return events;
  const untilMs = ports.timers.elapsedMs() + REPAIR_MS_MAX;
  const handled: FeedEvent[] = [];
  for (const event of events) {
    const found = gapOf(event);
    if (found?.gap.kind === 'overflow') {
      handled.push({ ...event, gapMessage: logOverflow(ports, target, found.gap) });
    } else if (repair && found?.gap.kind === 'changed') {
      handled.push({
        ...event,
        ...(await repairRecords(ports, target, found.event, found.gap, untilMs, stopping)),
      });
    } else {
      handled.push(event);
    }
  }
  return handled;
}

/** An event that is passed over has no gap: it has no format. */
function gapOf({
  decoded,
}: FeedEvent): { readonly event: EventInFormats; readonly gap: ChangeGap } | undefined {
  if (decoded.kind !== 'decoded' || decoded.gap === undefined) return undefined;
  const isPassedOver = decoded.json === undefined && decoded.avroJson === undefined;
  return isPassedOver ? undefined : { event: decoded, gap: decoded.gap };
}

function logOverflow({ log }: RepairPorts, target: FeedTarget, { entity }: ChangeGap): string {
  log.write('FEED_GAP', { ...logFields(target), reason: 'gap-overflow', entity });
  return `Events may have been missed: one transaction changed more records of ${entity} than Salesforce gives events for (GAP_OVERFLOW)`;
}

async function repairRecords(
  ports: RepairPorts,
  target: FeedTarget,
  event: EventInFormats,
  { entity, recordIds, wildcards }: ChangeGap,
  untilMs: number,
  stopping: AbortSignal,
): Promise<Pick<FeedEvent, 'repairs' | 'gapMessage'>> {
  const faults = wildcards.map((wildcard) => `${wildcard}: Salesforce did not say which records they are`);
  const outcomes = await sideBySide(recordIds, RECORDS_AT_ONCE_MAX, async (id) => {
    const outcome = await withRetries(ports, untilMs, stopping, () =>
      ports.gapRepair.repair(target, event, entity, id),
    );
    if (outcome.kind === 'failed' || outcome.kind === 'not-authorized') {
      faults.push(`${id}: ${outcome.message}`);
    }
    return outcome;
  });
  const repairs = outcomes.flatMap((outcome) => (outcome.kind === 'repaired' ? [outcome.event] : []));
  const [first] = faults;
  if (first === undefined) return { repairs };
  const eventId = (event.json ?? event.avroJson)?.id ?? '';
  ports.log.write('FEED_REPAIR_FAILED', {
    ...logFields(target),
    eventId,
    count: faults.length,
    error: first,
  });
  const count = recordIds.length + wildcards.length;
  return {
    repairs,
    gapMessage: `${faults.length} of ${count} records of ${entity} in the gap event ${eventId} could not be repaired; the first is ${first}`,
  };
}

async function withRetries(
  { timers }: RepairPorts,
  untilMs: number,
  stopping: AbortSignal,
  ask: () => Promise<RepairOutcome>,
): Promise<RepairOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const leftMs = untilMs - timers.elapsedMs();
    if (leftMs <= 0 || stopping.aborted) return { kind: 'failed', message: 'there was no time left' };
    const outcome = await within(timers, leftMs, ask());
    const delayMs = RETRY_DELAYS_MS[attempt];
    if (outcome.kind !== 'failed' || delayMs === undefined) return outcome;
    // There is no time for another try.
    if (timers.elapsedMs() + delayMs >= untilMs) return outcome;
    await timers.sleep(delayMs, stopping);
  }
}

async function within(timers: Timers, ms: number, answer: Promise<RepairOutcome>): Promise<RepairOutcome> {
  const answered = new AbortController();
  try {
    return await Promise.race([
      answer,
      timers
        .sleep(ms, answered.signal)
        .then(() => ({ kind: 'failed' as const, message: 'Salesforce did not answer in time' })),
    ]);
  } finally {
    answered.abort();
  }
}

function logFields({ appId, topic }: FeedTarget) {
  return { appId, topic };
}
