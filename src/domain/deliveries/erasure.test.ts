import { describe, expect, it } from 'vitest';
import { aQuarantinedEvent } from '../../../test/contracts/quarantine-store.contract.ts';
import { anEvent } from '../../../test/support/builders.ts';
import { eventJson } from '../events/event.ts';
import { erasureHash, isEventErased, isQuarantinedErased, isRecordId, isStoredErased } from './erasure.ts';

const ID_15 = '003xx000004TmiQ';
const ID_18 = '003xx000004TmiQAAS';

describe('a Salesforce record', () => {
  const erased = (more: object, value = ID_18) =>
    isEventErased(eventJson({ ...anEvent(), ...more }), { by: 'record', value });

  it.each([
    ['in the header of a change event', { data: { ChangeEventHeader: { recordIds: [ID_18] } } }],
    ['in its short form', { data: { ContactId: ID_15 } }],
    ['in a path', { data: { url: `/services/data/v60.0/sobjects/Contact/${ID_18}` } }],
    ['in text with line breaks', { data: { note: `to\n${ID_15}\tand others` } }],
    ['as the name of a field', { data: { [ID_18]: 1 } }],
    ['in data that is text', { data: `about ${ID_15}` }],
    ['in an extension attribute', { partitionkey: ID_18 }],
    ['in binary data', { data: undefined, data_base64: Buffer.from(`<id>${ID_15}</id>`).toString('base64') }],
    ['far inside', { data: JSON.parse(`${'['.repeat(500)}"${ID_15}"${']'.repeat(500)}`) }],
  ])('is found %s', (_where, more) => {
    expect(erased(more)).toBe(true);
    expect(erased(more, ID_15)).toBe(true);
    expect(erased(more, '003xx000004TmiR')).toBe(false);
  });

  it.each([
    ['a longer word', `${ID_18}x`],
    ['a longer word before it', `x${ID_15}`],
    ['other capitals, which is another record', ID_15.toLowerCase()],
    ['a part of it', ID_15.slice(0, 14)],
  ])('is not found in %s', (_what, text) => {
    expect(erased({ data: { text } })).toBe(false);
  });

  it.each([
    [ID_15, true],
    [ID_18, true],
    ['003xx000004Tmi', false],
    ['003xx000004TmiQA', false],
    ['003xx000004Tm-Q', false],
    ['', false],
  ])('has the id %j: %s', (text, is) => expect(isRecordId(text)).toBe(is));
});

it('is chosen by subject and by event id as a whole', () => {
  const json = eventJson({ ...anEvent(), id: 'e-1', subject: 'customer/1' });
  expect(isEventErased(json, { by: 'subject', value: 'customer/1' })).toBe(true);
  expect(isEventErased(json, { by: 'subject', value: 'customer' })).toBe(false);
  expect(isEventErased(json, { by: 'event-id', value: 'e-1' })).toBe(true);
  expect(isEventErased(json, { by: 'event-id', value: 'e-' })).toBe(false);
});

it('is found in what nobody can parse by any mention', () => {
  expect(isStoredErased(`{"data":"${ID_15}`, { by: 'record', value: ID_18 })).toBe(true);
  expect(isStoredErased('{"data":', { by: 'record', value: ID_18 })).toBe(false);
});

it('is found in quarantine by topic, event id, and the bytes of its payload', () => {
  const payload = new Uint8Array([36, ...Buffer.from(ID_18), 72, 0xff]);
  const event = aQuarantinedEvent({ payload, topic: '/event/A__e', eventId: 'e-1' });
  expect(isQuarantinedErased(event, { by: 'record', value: ID_15 })).toBe(true);
  expect(isQuarantinedErased(event, { by: 'record', value: '003xx000004TmiR' })).toBe(false);
  expect(isQuarantinedErased(event, { by: 'subject', value: '/event/A__e' })).toBe(true);
  expect(isQuarantinedErased(event, { by: 'subject', value: '/event/B__e' })).toBe(false);
  expect(isQuarantinedErased(event, { by: 'event-id', value: 'e-1' })).toBe(true);
  expect(isQuarantinedErased(event, { by: 'event-id', value: 'e-2' })).toBe(false);
});

it('leaves a hash that another erasure of the same value does not share', () => {
  expect(erasureHash('one', 'customer/1')).toMatch(/^[0-9a-f]{64}$/);
  expect(erasureHash('one', 'customer/1')).not.toBe(erasureHash('two', 'customer/1'));
});
