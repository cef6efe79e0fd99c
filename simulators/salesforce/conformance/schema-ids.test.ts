import { describe, expect, test } from 'vitest';
import { changeEventSchema, compileSchema, platformEventSchema } from '../org/avro.ts';
import { FieldBitmaps } from '../org/change-events.ts';
import { DEFAULT_ENTITIES } from '../org/entities.ts';
import type { FieldDefinition } from '../org/fields.ts';
import { toEighteen } from '../org/ids.ts';

const text = (name: string): FieldDefinition => ({ name, type: 'string' });

describe('schema ids are those of live orgs', () => {
  test.each([
    ['CM_Test_Event_Two__e', [text('Message__c')], 'K98aAtiNFBjA-PJlcvaQ2g'],
    [
      'Low_Ink__e',
      [text('Printer_Model__c'), text('Serial_Number__c'), { name: 'Ink_Percentage__c', type: 'double' }],
      '5E5OtZj5_Gm6Vax9XMXH9A',
    ],
  ] as [string, FieldDefinition[], string][])('%s', (name, fields, id) => {
    expect(compileSchema(platformEventSchema({ name, label: name, publishable: true, fields })).id).toBe(id);
  });
});

describe('change event schemas', () => {
  test('begin with the header and name each compound type once', () => {
    for (const entity of DEFAULT_ENTITIES) {
      const schema = compileSchema(changeEventSchema(entity));
      expect(schema.fieldNames[0]).toBe('ChangeEventHeader');
      expect(schema.id).toMatch(/^[\w-]{22}$/);
    }
    const account = changeEventSchema(DEFAULT_ENTITIES[0]!);
    expect(account.split('"name":"Address"')).toHaveLength(2);
    expect(account).toContain('{"name":"ShippingAddress","type":["null","Address"]');
  });

  test('a new field changes the id', () => {
    const entity = DEFAULT_ENTITIES[2]!;
    const more = { ...entity, members: [...entity.members, text('Extra__c')] };
    expect(compileSchema(changeEventSchema(more)).id).not.toBe(compileSchema(changeEventSchema(entity)).id);
  });
});

describe('bitmaps', () => {
  test('write bit i for field i, compound parts apart', () => {
    const bitmaps = new FieldBitmaps();
    bitmaps.add(23);
    bitmaps.addPart(5, 1);
    bitmaps.addPart(5, 2);
    expect(bitmaps.encode()).toEqual(['0x800000', '5-0x06']);
  });

  test('may have compound entries only, or nothing', () => {
    const bitmaps = new FieldBitmaps();
    expect(bitmaps.encode()).toEqual([]);
    bitmaps.addPart(7, 0);
    expect(bitmaps.encode()).toEqual(['7-0x01']);
  });
});

test('ids of 15 characters get the suffix that Salesforce computes', () => {
  expect(toEighteen('001D000000IRFma')).toBe('001D000000IRFmaIAH');
});
