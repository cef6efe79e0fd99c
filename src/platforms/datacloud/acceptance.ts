import { jsonData } from '../../domain/events/event.ts';
import type { Acceptance } from '../../domain/publications/acceptance.ts';
import { recordsOfEvent } from './records.ts';

/** Judges without the schema, which may have grown since it was last read. */
export const acceptForDataCloud: Acceptance<'datacloud'> = (publication, event) => {
  const data = jsonData(event);
  const { data_base64: _base64, ...attributes } = event;
  const plain = { ...attributes, data };
  const made = recordsOfEvent(plain, publication, undefined);
  return made.kind === 'rejected' ? { ok: false, message: made.message } : { ok: true, event: plain };
};
