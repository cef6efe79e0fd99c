import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_LENGTH_MAX, readCloudEvent } from './read-cloud-event.ts';

const DEFAULTS = { time: '2026-01-01T00:00:00.000Z', subject: 'orders' };
const event = (changes: object = {}) => ({
  specversion: '1.0',
  id: 'e1',
  source: '/shop',
  type: 'order',
  ...changes,
});

describe('reading a CloudEvent', () => {
  it.each([
    ['with data', { data: { a: 1 } }],
    ['with data that is null', { data: null }],
    ['with a relative source', { source: '../a?b#c' }],
    ['with a percent-encoded source', { source: 'urn:x:%C3%84' }],
    [
      'with every attribute',
      { subject: 'a', dataschema: 'https://example.com/s', datacontenttype: 'text/plain' },
    ],
    ['with a time in another zone', { time: '2026-11-26t10:00:00.123456+05:30' }],
    ['with a leap second', { time: '2016-12-31T23:59:60Z' }],
    ['with a media type of rare characters', { datacontenttype: "application/x'~*" }],
    ['with emoji', { subject: '😀 \uFFFD' }],
    ['with extensions of each type', { text: 'x', yes: true, n: -2_147_483_648, a1: 2_147_483_647 }],
    ['with binary data', { data_base64: 'aGk=', datacontenttype: 'application/octet-stream' }],
    ['with a long id', { id: 'i'.repeat(ATTRIBUTE_LENGTH_MAX) }],
    ['with a media type of parameters', { datacontenttype: 'application/vnd.x+json; charset=utf-8' }],
  ])('takes one %s', (_what, changes) => {
    const reading = readCloudEvent(event(changes), DEFAULTS);
    expect(reading).toMatchObject({ ok: true, event: { ...event(), ...changes } });
  });

  it('fills in what the sender left out or set to null', () => {
    expect(readCloudEvent(event({ subject: null, ext: null }), DEFAULTS)).toEqual({
      ok: true,
      event: { ...event(), ...DEFAULTS },
    });
    expect(readCloudEvent(event({ data: 1 }), DEFAULTS)).toMatchObject({
      event: { datacontenttype: 'application/json' },
    });
  });

  it.each<[string, unknown, string]>([
    ['a text', 'x', 'expected a CloudEvent as a JSON object, found "x"'],
    ['an array', [event()], 'found an array'],
    ['no id', event({ id: undefined }), 'expected the attribute "id", found none'],
    ['an empty id', event({ id: '' }), 'expected "id" to be a text that is not empty, found ""'],
    ['a number as id', event({ id: 1 }), 'found 1'],
    ['a line break in the id', event({ id: 'a\nb' }), 'without control characters'],
    ['half a character in the id', event({ id: '\ud800' }), 'without control characters'],
    ['a noncharacter', event({ subject: 'a\uFFFE' }), 'noncharacters of Unicode'],
    ['a noncharacter of another plane', event({ subject: '\u{1FFFF}' }), 'noncharacters of Unicode'],
    ['a noncharacter in the middle', event({ subject: '\uFDD0' }), 'noncharacters of Unicode'],
    ['a C1 control character', event({ subject: '\u0085' }), 'without control characters'],
    ['a very long id', event({ id: 'i'.repeat(ATTRIBUTE_LENGTH_MAX + 1) }), 'at most 2048 characters'],
    ['an older version', event({ specversion: '0.3' }), 'expected "specversion" to be "1.0", found "0.3"'],
    ['a source of blanks', event({ source: 'not a uri' }), 'expected "source" to be a URI reference'],
    ['a broken percent-encoding', event({ source: '%zz' }), 'expected "source" to be a URI reference'],
    ['a time in words', event({ time: 'yesterday' }), 'RFC 3339), found "yesterday"'],
    ['a time without zone', event({ time: '2026-11-26T10:00:00' }), 'RFC 3339)'],
    ['a day that no month has', event({ time: '2026-02-30T10:00:00Z' }), 'RFC 3339)'],
    ['an hour that no day has', event({ time: '2026-11-26T24:00:00Z' }), 'RFC 3339)'],
    ['an offset of a whole day', event({ time: '2026-11-26T10:00:00+24:00' }), 'RFC 3339)'],
    ['a leap second where there is none', event({ time: '2016-12-31T10:59:60Z' }), 'RFC 3339)'],
    ['a number as time', event({ time: 5 }), 'RFC 3339), found 5'],
    ['an empty subject', event({ subject: '' }), 'expected "subject" to be a text that is not empty'],
    ['a relative schema', event({ dataschema: '/x' }), 'expected "dataschema" to be an absolute URI'],
    [
      'a media type that no header carries',
      event({ datacontenttype: 'text/plain; x=é' }),
      'a media type such as',
    ],
    ['half a media type', event({ datacontenttype: 'json' }), 'a media type such as application/json'],
    ['a capital in a name', event({ Bad: 1 }), 'lower-case letters and digits, found "Bad"'],
    ['an object as extension', event({ ext: { a: 1 } }), '32-bit integer, found an object'],
    ['a fraction as extension', event({ ext: 1.5 }), '32-bit integer, found 1.5'],
    ['a 64-bit extension', event({ ext: 9223372036854775807n }), 'found 9223372036854775807'],
    ['both kinds of data', event({ data: 1, data_base64: 'aGk=' }), 'either "data" or "data_base64"'],
    ['base64 that is cut short', event({ data_base64: 'aGk' }), 'expected "data_base64" to be base64'],
    ['bad base64', event({ data_base64: '!!!' }), 'expected "data_base64" to be base64, found "!!!"'],
  ])('refuses %s', (_what, value, message) => {
    const reading = readCloudEvent(value, DEFAULTS);
    expect(reading).toEqual({ ok: false, message: expect.stringContaining(message) });
  });

  it('names every fault at once', () => {
    const reading = readCloudEvent({ specversion: '2.0', id: '', time: 1 }, DEFAULTS);
    expect(reading.ok ? '' : reading.message).toMatch(/"source".*"type".*"specversion".*"id".*"time"/);
  });
});
