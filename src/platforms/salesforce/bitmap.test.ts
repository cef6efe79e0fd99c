import { describe, expect, it } from 'vitest';
import { expandBitmaps, fieldNamesOf } from './bitmap.ts';
import { parseSchema } from './schema.ts';

const fields = [
  { name: 'ChangeEventHeader', type: { type: 'record', name: 'ChangeEventHeader', fields: [] } },
  {
    name: 'Name',
    type: [
      'null',
      'string',
      {
        type: 'record',
        name: 'Switchable_PersonName',
        fields: ['Salutation', 'FirstName', 'LastName'].map((name) => ({ name, type: ['null', 'string'] })),
      },
    ],
  },
  { name: 'Type', type: ['null', 'string'] },
  {
    name: 'BillingAddress',
    type: [
      'null',
      {
        type: 'record',
        name: 'Address',
        fields: ['Street', 'City', 'State'].map((name) => ({ name, type: ['null', 'string'] })),
      },
    ],
  },
  // By name, which is how a type is written from its second use on.
  { name: 'ShippingAddress', type: ['null', 'Address'] },
  ...Array.from({ length: 75 }, (_, index) => ({ name: `Field${index + 5}__c`, type: ['null', 'string'] })),
];
const names = fieldNamesOf(
  parseSchema(
    JSON.stringify({ type: 'record', name: 'AccountChangeEvent', namespace: 'com.sforce.eventbus', fields }),
  ),
);

describe('bitmaps of a change event', () => {
  it.each([
    ['nothing', [], []],
    ['the lowest bit', ['0x1'], ['ChangeEventHeader']],
    ['two fields, with leading zeros', ['0x00000006'], ['Name', 'Type']],
    ['lower case digits and prefix', ['0x0a'], ['Name', 'BillingAddress']],
    ['more than 64 bits', [`0x8${'0'.repeat(18)}4`], ['Type', 'Field79__c']],
    ['parts of compound fields', ['3-0x06'], ['BillingAddress.City', 'BillingAddress.State']],
    ['a compound type by name', ['4-0x01'], ['ShippingAddress.Street']],
    ['the record among several alternatives', ['1-0x04'], ['Name.LastName']],
    ['both levels', ['0x4', '3-0x1', '4-0x2'], ['Type', 'BillingAddress.Street', 'ShippingAddress.City']],
    ['bits beyond the fields', [`0xF${'0'.repeat(25)}4`, '3-0xF0'], ['Type']],
    ['a position beyond the fields', ['500-0x1'], []],
    ['parts of a field that has none', ['2-0x1'], ['Type']],
    ['what is no bitmap', ['Name', '0x', '3-', ''], ['Name', '0x', '3-', '']],
  ])('name %s', (_, entries, expected) => {
    expect(expandBitmaps(entries, names)).toEqual(expected);
  });
});
