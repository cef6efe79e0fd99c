import { newUuid } from '../../base/ids.ts';
import type { DeadLetter } from '../../domain/dead-letters/dead-letter.ts';
import type { DeadLetterQueue } from '../../domain/dead-letters/dead-letter-queue.ts';
import { SCANNED_PER_PAGE_MAX } from '../../domain/deliveries/delivery-filter.ts';
import { DeliveryMessageError, parseDeliveryMessage } from '../../domain/deliveries/delivery-message.ts';
import {
  type ErasedDeadLetters,
  type ErasureTarget,
  erasureHash,
  isEventErased,
  isRecordId,
} from '../../domain/deliveries/erasure.ts';
import type { Redrive } from '../../domain/deliveries/redrive.ts';
import { EventFormatError } from '../../domain/events/event.ts';
import { historyEventId } from '../../domain/history/history-entry.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { findErasable, keptErasable, quarantinePages } from '../../pipeline/deliver/erase.ts';
import type { RedrivePorts } from '../../pipeline/deliver/redrive.ts';
import { openRedrive, roomForRedrive } from '../redrives/manage-redrives.ts';

export interface ErasurePorts extends RedrivePorts {
  readonly deadLetters: Pick<DeadLetterQueue, 'removeWhere'>;
}

/** How long a request may count: dead letters, which are examined first, may take 12 s of its 29. */
const COUNT_MS_MAX = 8_000;

export interface ErasureCount {
  readonly deliveries: number;
  readonly deadLetters: ErasedDeadLetters;
  readonly quarantine: number;
  /** History entries, as far as they are counted; undefined where the log is the only history. */
  readonly history: number | undefined;
  /** Matching events among the last ones that subscriptions keep. */
  readonly kept: number;
  readonly scanned: number;
  /** False if there is more than a request can examine; the erasure itself examines everything. */
  readonly isComplete: boolean;
}

/** Counts what an erasure would find now. Removes nothing. */
export async function countErasable(
  ports: ErasurePorts,
  appId: string,
  target: ErasureTarget,
): Promise<({ readonly kind: 'counted' } & ErasureCount) | Refusal> {
  const fault = targetRefusal(target);
  if (fault !== undefined) return fault;
  const deadLetters = await siftDeadLetters(ports, appId, target, { remove: false });
  const untilMs = ports.clock.now() + COUNT_MS_MAX;
  const hasRoom = (scanned: number) => scanned < SCANNED_PER_PAGE_MAX && ports.clock.now() < untilMs;
  const counted = { deliveries: 0, quarantine: 0, scanned: 0 };
  let isComplete = true;
  let after: string | undefined;
  do {
    const page = await findErasable(ports, appId, target, after);
    counted.deliveries += page.ids.length;
    counted.scanned += page.scanned;
    after = page.next;
  } while (after !== undefined && hasRoom(counted.scanned));
  if (after !== undefined) isComplete = false;
  for await (const { matching, scanned } of quarantinePages(ports, appId, target)) {
    if (!hasRoom(counted.scanned)) {
      isComplete = false;
      break;
    }
    counted.quarantine += matching.length;
    counted.scanned += scanned;
  }
  const history = await countHistory(ports, appId, target);
  let kept = 0;
  for await (const { ids } of keptErasable(ports, appId, target)) kept += ids.length;
  return { kind: 'counted', ...counted, history, kept, deadLetters, isComplete };
}

async function countHistory(
  { keptHistory, attemptIndex }: ErasurePorts,
  appId: string,
  target: ErasureTarget,
): Promise<number | undefined> {
  if (keptHistory !== undefined) return keptHistory.countErasable(appId, target, SCANNED_PER_PAGE_MAX);
  if (attemptIndex === undefined || target.by !== 'event-id') return undefined;
  return (await attemptIndex.find(appId, historyEventId(target.value), SCANNED_PER_PAGE_MAX)).length;
}

/**
 * Erases from the dead letters at once, because only a request may touch them; the rest is a redrive, which the
 * schedule continues. If the process dies in between, there is no record: the person gets no answer and repeats the
 * request.
 */
export async function startErasure(
  ports: ErasurePorts,
  appId: string,
  target: ErasureTarget,
  startedBy: string,
): Promise<{ readonly kind: 'created'; readonly redrive: Redrive } | Refusal> {
  const fault = targetRefusal(target) ?? (await roomForRedrive(ports, appId));
  if (fault !== undefined) return fault;
  const id = (ports.newId ?? newUuid)();
  const deadLetters = await siftDeadLetters(ports, appId, target, { remove: true });
  return openRedrive(ports, appId, {
    id,
    action: 'erase',
    filter: {},
    startedBy,
    erasure: {
      ...target,
      valueHash: erasureHash(id, target.value),
      stage: 'deliveries',
      quarantineCount: 0,
      deadLetters,
    },
  });
}

async function siftDeadLetters(
  { deadLetters }: Pick<ErasurePorts, 'deadLetters'>,
  appId: string,
  target: ErasureTarget,
  { remove }: { readonly remove: boolean },
): Promise<ErasedDeadLetters> {
  // Keyed by id, because a queue may return a message twice.
  const whole = new Set<string>();
  const mixed = new Set<string>();
  const sifted = await Promise.all(
    (['deliveries', 'ordered'] as const).map((queue) =>
      deadLetters.removeWhere(queue, (deadLetter) => {
        const share = erasedShare(deadLetter, appId, target);
        if (share === 'some') mixed.add(deadLetter.id);
        if (share === 'all') whole.add(deadLetter.id);
        return remove && share === 'all';
      }),
    ),
  );
  const removedCount = sifted.reduce((sum, each) => sum + each.removedCount, 0);
  const isComplete = sifted.every((each) => each.isComplete);
  return { count: remove ? removedCount : whole.size, mixedCount: mixed.size, isComplete };
}

/** How much of a dead letter matches. A batch of events is one message, which is removed or stays as a whole. */
function erasedShare({ body }: DeadLetter, appId: string, target: ErasureTarget): 'all' | 'some' | 'none' {
  try {
    const message = parseDeliveryMessage(body);
    if (message.kind !== 'first' || message.appId !== appId) return 'none';
    const erased = message.eventJsons.filter((eventJson) => isEventErased(eventJson, target));
    if (erased.length === 0) return 'none';
    return erased.length === message.eventJsons.length ? 'all' : 'some';
  } catch (error) {
    // The owner of an unreadable message is unknown; the list of what an erasure cannot reach names those messages.
    if (error instanceof DeliveryMessageError || error instanceof EventFormatError) return 'none';
    throw error;
  }
}

function targetRefusal({ by, value }: ErasureTarget): Refusal | undefined {
  if (by !== 'record' || isRecordId(value)) return undefined;
  return refuse(
    'unprocessable',
    `expected the id of a Salesforce record, 15 or 18 letters and digits such as 003xx000004TmiQAAS, found ${JSON.stringify(value.slice(0, 100))}`,
  );
}
