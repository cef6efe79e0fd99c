import { eventJson, parseEvent } from '../../domain/events/event.ts';

/** The extension attribute that carries an event's number on its lane. */
const ATTRIBUTE = 'streamsequence';

/** The event with its number. Most events are not parsed for it. */
export function withSequence(json: string, sequence: number): string {
  if (json.includes(`"${ATTRIBUTE}"`)) return eventJson({ ...parseEvent(json), [ATTRIBUTE]: sequence });
  const body = json.trimEnd();
  // `eventJson` ends so. Of anything else the reading of the event says what is wrong.
  if (!body.endsWith('}')) return json;
  return `${body.slice(0, -1)},"${ATTRIBUTE}":${sequence}}`;
}
