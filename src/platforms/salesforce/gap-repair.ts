import { stableId } from '../../base/ids.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Event } from '../../domain/events/event.ts';
import type { FeedTarget } from '../../domain/feeds/feed-source.ts';
import type { GapRepair, RepairOutcome } from '../../domain/feeds/gap-repair.ts';
import type { OrgRest } from './rest.ts';

/** Repairs gaps with the records of an org, read over REST. */
export class OrgGapRepair implements GapRepair {
  readonly #rest: Pick<OrgRest, 'record'>;

  constructor(rest: Pick<OrgRest, 'record'>) {
    this.#rest = rest;
  }

  async repair(
    { appId, authorizationId }: FeedTarget,
    gapEvent: Event,
    entity: string,
    recordId: string,
  ): Promise<RepairOutcome> {
    const answer = await this.#rest.record(appId, authorizationId, entity, recordId);
    switch (answer.kind) {
      case 'answered':
        return { kind: 'repaired', event: repairedEvent(gapEvent, recordId, answer.value) };
      case 'not-found':
        return { kind: 'deleted' };
      case 'not-authorized':
      case 'failed':
        return { kind: answer.kind, message: answer.message };
    }
  }
}

/** The shape of a change event with all fields of the record, recognisable by its type and by `repairof`. */
function repairedEvent(
  gapEvent: Event,
  recordId: string,
  fields: { readonly [field: string]: unknown },
): Event {
  const header = isJsonObject(gapEvent.data) ? gapEvent.data['ChangeEventHeader'] : undefined;
  return {
    ...gapEvent,
    id: stableId(gapEvent.id, 'repair', recordId),
    type: `${gapEvent.type}.REPAIR`,
    partitionkey: recordId,
    repairof: gapEvent.id,
    data: {
      ChangeEventHeader: { ...(isJsonObject(header) ? header : {}), recordIds: [recordId] },
      ...fields,
    },
  };
}
