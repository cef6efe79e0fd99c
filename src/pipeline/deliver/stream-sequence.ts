import { eventJson, parseEvent } from '../../domain/events/event.ts';

/** The extension attribute that carries an event's number on its lane. */
const ATTRIBUTE = 'streamsequence';

/** Adds its number to the event. Most events are not parsed for it. */
export function withSequence(json: string, sequence: number): string {
  if (json.includes(`"${ATTRIBUTE}"`)) return eventJson({ ...parseEvent(json), [ATTRIBUTE]: sequence });
  const body = json.trimEnd();
  // `eventJson` ends with a brace. For anything else, reading the event reports what is wrong.
  if (!body.endsWith('}')) return json;
  return `${body.slice(0, -1)},"${ATTRIBUTE}":${sequence}}`;
}
