import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { eventTypesModule, type TopicTypes } from './event-types.ts';

const CLIENT = fileURLToPath(new URL('../../clients/node/src/index.ts', import.meta.url));

/** What the compiler says of files, by name; nothing when they are as it expects. */
function compilerFaults(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-types-'));
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const program = ts.createProgram(paths, {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
    paths: { 'sluice-client': [CLIENT] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.startsWith(folder) ?? true)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const HEADER = {
  type: 'object',
  properties: {
    changeType: { type: 'string', enum: ['CREATE', 'UPDATE'] },
    recordIds: { type: 'array', items: { type: 'string' } },
    commitNumber: { type: 'integer', format: 'int64' },
  },
  required: ['changeType', 'recordIds', 'commitNumber'],
};

function changeEvents(entity: string, fields: object): TopicTypes {
  const properties = { ChangeEventHeader: { $ref: '#/$defs/ChangeEventHeader' }, ...fields };
  return {
    topic: `/data/${entity}ChangeEvent`,
    eventTypes: [`com.salesforce.cdc.${entity}.CREATE`, `com.salesforce.cdc.${entity}.UPDATE`],
    dataSchema: {
      title: `${entity}ChangeEvent`,
      type: 'object',
      properties,
      required: Object.keys(properties),
      $defs: {
        ChangeEventHeader: HEADER,
        Name: { type: 'object', properties: { [entity]: { type: 'string' } }, required: [entity] },
      },
    },
  };
}

const ORDER: TopicTypes = {
  topic: '/event/Order_Placed__e',
  eventTypes: ['com.salesforce.platformevent.Order_Placed__e'],
  dataSchema: {
    title: 'Order_Placed__e',
    type: 'object',
    properties: {
      CreatedDate: {
        type: 'integer',
        format: 'int64',
        description: 'milliseconds since 1970-01-01T00:00:00Z',
      },
      Amount__c: { type: ['number', 'null'] },
      Tags: { type: 'array', items: { type: ['string', 'null'] } },
      Notes: { type: 'object', additionalProperties: { type: 'string' } },
    },
    required: ['CreatedDate', 'Amount__c'],
  },
};

const MODULE = eventTypesModule([
  ORDER,
  changeEvents('Account', { Name: { anyOf: [{ $ref: '#/$defs/Name' }, { type: 'null' }] } }),
  changeEvents('Contact', { Name: { anyOf: [{ $ref: '#/$defs/Name' }, { type: 'null' }] } }),
]);

describe('the generated types', () => {
  it('tell the events apart by their type, and check the data', () => {
    const use = `
      import { verify } from 'sluice-client';
      import type { AccountChangeEvent, OrderPlacedData, SalesforceEvent } from './events.ts';
      export function handle(event: SalesforceEvent): string | number | bigint | null {
        switch (event.type) {
          case 'com.salesforce.platformevent.Order_Placed__e': {
            const tag: string | null | undefined = event.data.Tags?.[0];
            const note: string | undefined = event.data.Notes?.['a'];
            // @ts-expect-error there is no such field
            event.data.Nothing;
            // @ts-expect-error null is possible
            const amount: number = event.data.Amount__c;
            return tag ?? note ?? event.data.CreatedDate ?? amount;
          }
          case 'com.salesforce.cdc.Account.CREATE':
          case 'com.salesforce.cdc.Account.UPDATE':
            return event.data.Name?.Account ?? event.data.ChangeEventHeader.changeType;
          case 'com.salesforce.cdc.Contact.CREATE':
          case 'com.salesforce.cdc.Contact.UPDATE':
            // @ts-expect-error a contact's name has no field Account
            event.data.Name?.Account;
            return event.data.Name?.Contact ?? event.data.ChangeEventHeader.recordIds[0] ?? null;
          default: {
            const nothing: never = event;
            return nothing;
          }
        }
      }
      export const data: OrderPlacedData = { CreatedDate: 1n, Amount__c: null };
      // @ts-expect-error Amount__c is missing
      export const wrong: OrderPlacedData = { CreatedDate: 1 };
      export const topic: AccountChangeEvent['subject'] = '/data/AccountChangeEvent';
      const { events } = verify<OrderPlacedData>({ headers: {}, body: new Uint8Array() }, ['whsec_a']);
      export const amount: number | null | undefined = events[0]?.data?.Amount__c;
    `;
    expect(compilerFaults({ 'events.ts': MODULE, 'use.ts': use })).toEqual([]);
  });

  it('declare a record that several topics have once, and tell different ones apart', () => {
    expect(MODULE.match(/export interface ChangeEventHeader /g)).toHaveLength(1);
    expect(MODULE.match(/export interface (\w*Name) /g)).toEqual([
      'export interface Name ',
      'export interface ContactChangeName ',
    ]);
  });

  it('compile whatever an org has', () => {
    const schemas = [
      { title: "a'b\\ */e", properties: { "it's": { type: 'null', description: '*/ x' } } },
      undefined,
      { type: 'object' },
      { title: '1__e', properties: { '1': { enum: ['a', "b'", 1, null] } } },
      { title: 'L', properties: { 'a\nb': { type: 'integer' } } },
    ];
    const modules = schemas.map((dataSchema) =>
      eventTypesModule([
        { topic: "/event/it's */ `$ {x}`\n", eventTypes: ["a'b"], dataSchema },
        { topic: '/event/again', eventTypes: [], dataSchema },
      ]),
    );
    const files = [...modules, eventTypesModule([])].map((text, at): [string, string] => [
      `case-${at}.ts`,
      text,
    ]);
    expect(compilerFaults(Object.fromEntries(files))).toEqual([]);
  });
});
