import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { stableId } from '../../base/ids.ts';
import { isJsonObject } from '../../base/json.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Event } from '../../domain/events/event.ts';
import type { FeedEvent, FeedTarget } from '../../domain/feeds/feed-source.ts';
import type { Log } from '../../telemetry/logger.ts';

/** An org's records. Kept by `src/platforms/salesforce/rest.ts`. */
export interface RecordSource {
  record(
    appId: string,
    authorizationId: string,
    entity: string,
    id: string,
  ): Promise<
    | { readonly kind: 'answered'; readonly value: { readonly [field: string]: unknown } }
    | { readonly kind: 'not-found' }
    | { readonly kind: 'not-authorized' | 'failed'; readonly message: string }
  >;
}

export interface RepairPorts {
  readonly records: RecordSource;
  readonly clock: Clock;
  readonly log: Log;
}

/** Waits between the tries for one record. */
const RETRY_DELAYS_MS = [300, 1_500];
/** For the records of one frame together. Salesforce closes a stream that is not answered for 60 s. */
const REPAIR_MS_MAX = 20_000;
/** Side by side: an org allows 25 long requests, and others need some. */
const RECORDS_AT_ONCE_MAX = 5;

const GAP_TYPE = /^com\.salesforce\.cdc\.\w+\.GAP_(CREATE|UPDATE|UNDELETE|DELETE|OVERFLOW)$/;
/** Salesforce may name all records of an object by its key prefix and an asterisk. */
const RECORD_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

interface Gap {
  readonly index: number;
  readonly event: Event;
  readonly change: string;
  readonly header: { readonly [field: string]: unknown };
  readonly entity: string;
  readonly recordIds: readonly string[];
}

/**
 * The events of a frame, those by which Salesforce says that it could not give a change in full (GAP_*) with what was done
 * about them: with `repair`, the records as they are now; a possible gap where records are unknown or could not be had. Takes
 * `REPAIR_MS_MAX` at most, however Salesforce does.
 */
export async function repairGaps(
  ports: RepairPorts,
  target: FeedTarget,
  events: readonly FeedEvent[],
  repair: boolean,
  stopping: AbortSignal,
): Promise<readonly FeedEvent[]> {
  const gaps = events.flatMap((event, index) => gapOf(event, index) ?? []);
  if (gaps.length === 0) return events;
  const repaired = [...events];
  const untilMs = ports.clock.now() + REPAIR_MS_MAX;
  for (const gap of gaps) {
    const event = repaired[gap.index];
    if (event === undefined) continue;
    if (gap.change === 'OVERFLOW') {
      ports.log.write('FEED_GAP', { ...logFields(target), reason: 'gap-overflow', entity: gap.entity });
      repaired[gap.index] = {
        ...event,
        gapMessage: `Events may have been missed: one transaction changed more records of ${gap.entity} than Salesforce gives events for (GAP_OVERFLOW)`,
      };
    } else if (repair && gap.change !== 'DELETE') {
      repaired[gap.index] = { ...event, ...(await repairOne(ports, target, gap, untilMs, stopping)) };
    }
  }
  return repaired;
}

function gapOf({ decoded }: FeedEvent, index: number): Gap | undefined {
  const event = decoded.kind === 'decoded' ? (decoded.json ?? decoded.avroJson) : undefined;
  const change = event === undefined ? undefined : GAP_TYPE.exec(event.type)?.[1];
  if (event === undefined || change === undefined) return undefined;
  const header = isJsonObject(event.data) ? event.data['ChangeEventHeader'] : undefined;
  if (!isJsonObject(header)) return undefined;
  const { entityName, recordIds } = header;
  return {
    index,
    event,
    change,
    header,
    entity: typeof entityName === 'string' ? entityName : '',
    recordIds: Array.isArray(recordIds) ? recordIds.filter((id) => typeof id === 'string') : [],
  };
}

async function repairOne(
  ports: RepairPorts,
  target: FeedTarget,
  gap: Gap,
  untilMs: number,
  stopping: AbortSignal,
): Promise<Pick<FeedEvent, 'repairs' | 'gapMessage'>> {
  const faults: string[] = [];
  const repairs = await sideBySide(gap.recordIds, RECORDS_AT_ONCE_MAX, async (id) => {
    const outcome = await fetchRecord(ports, target, gap.entity, id, untilMs, stopping);
    if (outcome.kind === 'failed') faults.push(`${id}: ${outcome.message}`);
    return outcome.kind === 'answered' ? repairEvent(gap, id, outcome.value) : undefined;
  });
  const kept = repairs.filter((event) => event !== undefined);
  const [first] = faults;
  if (first === undefined) return { repairs: kept };
  ports.log.write('FEED_REPAIR_FAILED', {
    ...logFields(target),
    eventId: gap.event.id,
    count: faults.length,
    error: first,
  });
  return {
    repairs: kept,
    gapMessage: `${faults.length} of ${gap.recordIds.length} records of ${gap.entity} in the gap event ${gap.event.id} could not be repaired; the first is ${first}`,
  };
}

type Fetched =
  | { readonly kind: 'answered'; readonly value: { readonly [field: string]: unknown } }
  /** Deleted since: the event of that follows by itself. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly message: string };

async function fetchRecord(
  { records, clock }: RepairPorts,
  { appId, authorizationId }: FeedTarget,
  entity: string,
  id: string,
  untilMs: number,
  stopping: AbortSignal,
): Promise<Fetched> {
  if (!RECORD_ID.test(id))
    return { kind: 'failed', message: 'Salesforce did not say which records they are' };
  for (let attempt = 0; ; attempt += 1) {
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0 || stopping.aborted) return { kind: 'failed', message: 'there was no time left' };
    const answer = await within(leftMs, records.record(appId, authorizationId, entity, id));
    if (answer.kind === 'answered' || answer.kind === 'not-found') return answer;
    const delayMs = RETRY_DELAYS_MS[attempt];
    if (answer.kind === 'not-authorized' || delayMs === undefined) {
      return { kind: 'failed', message: answer.message };
    }
    // A stop cuts the wait short; it is no error.
    await sleep(delayMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T | { kind: 'failed'; message: string }> {
  const late = new AbortController();
  try {
    return await Promise.race([
      answer,
      sleep(ms, { kind: 'failed' as const, message: 'Salesforce did not answer in time' }, late),
    ]);
  } finally {
    late.abort();
  }
}

/** Recognisable by its type and by `repairof`; the same id however often the gap event is read. */
function repairEvent(gap: Gap, recordId: string, fields: { readonly [field: string]: unknown }): Event {
  const { event, header } = gap;
  return {
    ...event,
    id: stableId(event.id, 'repair', recordId),
    type: `${event.type}.REPAIR`,
    partitionkey: recordId,
    repairof: event.id,
    data: { ChangeEventHeader: { ...header, recordIds: [recordId] }, ...fields },
  };
}

function logFields({ appId, topic }: FeedTarget) {
  return { appId, topic };
}
