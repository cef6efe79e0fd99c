import { expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { EventFormatError, eventJson, parseEvent } from '../../domain/events/event.ts';
import { withSequence } from './stream-sequence.ts';

it.each([
  ['has none', anEvent()],
  ['has another one', anEvent({ streamsequence: 3 })],
  ['has the same', anEvent({ streamsequence: 7 })],
  ['speaks of one in its data', anEvent({ data: { a: '"streamsequence"', streamsequence: 'x' } })],
])('an event that %s gets its number, once, and stays the same otherwise', (_what, event) => {
  const json = withSequence(eventJson(event), 7);
  expect(parseEvent(json)).toEqual({ ...event, streamsequence: 7 });
  expect(json.match(/"streamsequence":7/g)).toHaveLength(1);
  expect(withSequence(json, 7)).toBe(json);
});

it('what is no event is left to whoever reads it', () => {
  expect(withSequence('"no event"', 7)).toBe('"no event"');
  expect(() => withSequence('{"streamsequence"', 7)).toThrow(EventFormatError);
});
