import { expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { changeGapOf } from './change-gap.ts';

const ID = '001000000000001AAA';

const aChange = (changeType: string, header: object = {}) =>
  anEvent({
    type: `com.salesforce.cdc.Account.${changeType}`,
    data: { ChangeEventHeader: { entityName: 'Account', changeType, recordIds: [ID], ...header } },
  });

it.each([
  ['GAP_CREATE', 'changed'],
  ['GAP_UPDATE', 'changed'],
  ['GAP_UNDELETE', 'changed'],
  ['GAP_DELETE', 'deleted'],
  ['GAP_OVERFLOW', 'overflow'],
])('%s is a gap of the kind %s', (changeType, kind) => {
  expect(changeGapOf(aChange(changeType))).toEqual({
    kind,
    entity: 'Account',
    recordIds: [ID],
    wildcards: [],
  });
});

it.each(['CREATE', 'UPDATE', 'DELETE', 'UNDELETE', 'GAP_', 'GAP_OTHER', 'GAP_UPDATE.REPAIR'])(
  '%s is no gap',
  (changeType) => {
    expect(changeGapOf(aChange(changeType))).toBeUndefined();
  },
);

it('a platform event is no gap, whatever it is called', () => {
  expect(
    changeGapOf({ ...aChange('GAP_UPDATE'), type: 'com.salesforce.platformevent.GAP_UPDATE' }),
  ).toBeUndefined();
});

it('a custom object can have one', () => {
  const event = { ...aChange('GAP_UPDATE'), type: 'com.salesforce.cdc.My_Thing__c.GAP_UPDATE' };
  expect(changeGapOf(event)?.kind).toBe('changed');
});

it('tells record ids from what stands in their place', () => {
  const recordIds = ['001000000000001', ID, '001*', '', '00100000000000-', 7];
  expect(changeGapOf(aChange('GAP_UPDATE', { recordIds }))).toMatchObject({
    recordIds: ['001000000000001', ID],
    wildcards: ['001*', '', '00100000000000-'],
  });
});

it('makes do with a header that says less', () => {
  expect(changeGapOf(aChange('GAP_UPDATE', { entityName: 5, recordIds: 'x' }))).toEqual({
    kind: 'changed',
    entity: '',
    recordIds: [],
    wildcards: [],
  });
  expect(changeGapOf({ ...aChange('GAP_UPDATE'), data: {} })).toBeUndefined();
  expect(changeGapOf({ ...aChange('GAP_UPDATE'), data: 'text' })).toBeUndefined();
});
