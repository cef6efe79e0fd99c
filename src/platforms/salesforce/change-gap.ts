import { isJsonObject } from '../../base/json.ts';
import type { Event } from '../../domain/events/event.ts';
import type { ChangeGap } from '../../domain/feeds/feed-source.ts';

const GAP_TYPE = /^com\.salesforce\.cdc\.\w+\.GAP_(CREATE|UPDATE|UNDELETE|DELETE|OVERFLOW)$/;
/** Salesforce may denote all records of an object by its key prefix and an asterisk. */
const RECORD_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

/** The gap that a change event reports; undefined for an event that gives its change in full. */
export function changeGapOf(event: Event): ChangeGap | undefined {
  const change = GAP_TYPE.exec(event.type)?.[1];
  if (change === undefined) return undefined;
  const header = isJsonObject(event.data) ? event.data['ChangeEventHeader'] : undefined;
  if (!isJsonObject(header)) return undefined;
  const { entityName, recordIds } = header;
  const ids = Array.isArray(recordIds) ? recordIds.filter((id) => typeof id === 'string') : [];
  return {
    kind: change === 'OVERFLOW' ? 'overflow' : change === 'DELETE' ? 'deleted' : 'changed',
    entity: typeof entityName === 'string' ? entityName : '',
    recordIds: ids.filter((id) => RECORD_ID.test(id)),
    wildcards: ids.filter((id) => !RECORD_ID.test(id)),
  };
}
