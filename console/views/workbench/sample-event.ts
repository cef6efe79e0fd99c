import type { ShownEvent } from './messages.ts';

// Events that nobody sent, for trying a filter when no event is at hand.

/** A schema may refer to itself. */
const DEPTH_MAX = 6;
/** A made-up moment, in milliseconds, as Salesforce gives times. */
const AT_MS = 1_768_469_400_000;
const AT = new Date(AT_MS).toISOString();

type Schema = Readonly<Record<string, unknown>>;

/** A change of an opportunity, like the command line's own sample. */
export const MADE_UP_EVENT: ShownEvent = {
  specversion: '1.0',
  id: '5f0c2f8e-6d0b-4c86-9c57-0f6f6b9f7d11',
  source: '//acme.my.salesforce.com/00D000000000001EAA',
  type: 'com.salesforce.cdc.Opportunity.UPDATE',
  subject: '/data/OpportunityChangeEvent',
  time: AT,
  datacontenttype: 'application/json',
  data: {
    ChangeEventHeader: {
      entityName: 'Opportunity',
      recordIds: ['006000000000001AAA'],
      changeType: 'UPDATE',
      commitTimestamp: AT_MS,
      // Beyond the precision of a double, as real ones are.
      commitNumber: 1736877279422521345n,
      changedFields: ['StageName', 'Amount', 'LastModifiedDate'],
    },
    StageName: 'Closed Won',
    Amount: 125000,
    LastModifiedDate: AT_MS,
  },
};

/** An event whose data has every field of the topic's schema, with a value of the field's type. */
export function sampleOfTopic(topic: string, eventTypes: readonly string[], dataSchema: unknown): ShownEvent {
  const schema = isSchema(dataSchema) ? dataSchema : {};
  const definitions = isSchema(schema['$defs']) ? schema['$defs'] : {};
  return {
    ...envelope(topic),
    type: eventTypes.find((type) => type.endsWith('UPDATE')) ?? eventTypes[0] ?? 'com.example.sample',
    data: sampleOf(schema, definitions, '', 0),
  };
}

export function sampleWithData(subject: string, data: unknown): ShownEvent {
  return { ...envelope(subject), type: 'com.sluice.generated', data };
}

function envelope(subject: string): ShownEvent {
  return {
    specversion: '1.0',
    id: '5f0c2f8e-6d0b-4c86-9c57-0f6f6b9f7d11',
    source: '//acme.my.salesforce.com/00D000000000001EAA',
    type: 'com.example.sample',
    subject,
    time: AT,
    datacontenttype: 'application/json',
  };
}

function sampleOf(schema: unknown, definitions: Schema, name: string, depth: number): unknown {
  if (!isSchema(schema) || depth > DEPTH_MAX) return null;
  const { $ref, anyOf, enum: values, examples, properties, items } = schema;
  if (typeof $ref === 'string') {
    return sampleOf(definitions[$ref.replace('#/$defs/', '')], definitions, name, depth + 1);
  }
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (Array.isArray(values) && values.length > 0) return values.includes('UPDATE') ? 'UPDATE' : values[0];
  if (Array.isArray(anyOf)) {
    const wanted = anyOf.find((each) => !isSchema(each) || each['type'] !== 'null');
    return sampleOf(wanted, definitions, name, depth + 1);
  }
  const type = Array.isArray(schema['type'])
    ? schema['type'].find((each) => each !== 'null')
    : schema['type'];
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isSchema(properties) ? properties : {}).map(([key, each]) => [
          key,
          sampleOf(each, definitions, key, depth + 1),
        ]),
      );
    case 'array':
      return items === undefined ? [] : [sampleOf(items, definitions, name, depth + 1)];
    case 'integer':
      return schema['format'] === 'int64' || /Date$|Timestamp$/.test(name) ? AT_MS : 1;
    case 'number':
      return 1.5;
    case 'boolean':
      return true;
    case 'string':
      if (schema['format'] === 'date-time') return AT;
      return /Ids?$/.test(name) ? '001000000000001AAA' : `some ${name === '' ? 'text' : name}`;
    default:
      return null;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
