import { jsonInteger } from '../../base/json.ts';
import { type TimeKind, timeKind } from './conform.ts';
import type { OrgField } from './rest.ts';
import type { AvroNode, RecordField, RecordNode } from './schema.ts';

/** Of one record, as the REST API takes them. */
export type RestFields = { readonly [field: string]: unknown };

/** Salesforce fills them in, and its REST API refuses them. */
const FILLED_IN: ReadonlySet<string> = new Set(['CreatedDate', 'CreatedById']);

/**
 * Fitted values as the REST API takes them: times as texts, nothing that is null, so that what the sender left out gets
 * the default of its field.
 */
export function restFields(schema: RecordNode, conformed: { readonly [field: string]: unknown }): RestFields {
  const fields: { [field: string]: unknown } = {};
  for (const field of schema.fields) {
    const value = conformed[field.name];
    if (value === null || value === undefined || FILLED_IN.has(field.name)) continue;
    const kind = timeKind(field);
    if (typeof value === 'bigint') fields[field.name] = jsonInteger(value);
    else fields[field.name] = kind !== undefined && typeof value === 'number' ? timeText(value, kind) : value;
  }
  return fields;
}

/**
 * What a publisher may set of an event, from its describe, in the form of its schema: what fits the one fits the other.
 */
export function schemaOfDescribe(name: string, fields: readonly OrgField[]): RecordNode {
  return {
    kind: 'record',
    name,
    fields: fields.filter((field) => field.createable || FILLED_IN.has(field.name)).map(fieldOfDescribe),
  };
}

function fieldOfDescribe({ name, type }: OrgField): RecordField {
  const { primitive, doc } = DESCRIBED[type] ?? { primitive: 'string' };
  const branches: AvroNode[] = [
    { kind: 'primitive', name: 'null' },
    { kind: 'primitive', name: primitive },
  ];
  return { name, type: { kind: 'union', branches }, doc };
}

/** The types of a describe that are no texts, as the schemas of events have them. */
const DESCRIBED: {
  readonly [type: string]: {
    readonly primitive: 'boolean' | 'int' | 'long' | 'double';
    readonly doc?: string;
  };
} = {
  boolean: { primitive: 'boolean' },
  int: { primitive: 'int' },
  long: { primitive: 'long' },
  double: { primitive: 'double' },
  currency: { primitive: 'double' },
  percent: { primitive: 'double' },
  date: { primitive: 'long', doc: 'Data:DateOnly' },
  datetime: { primitive: 'long', doc: 'Data:DateTime' },
  time: { primitive: 'long', doc: 'Data:TimeOnly' },
};

/** What no calendar has stays a number: Salesforce refuses it, naming the field. */
function timeText(ms: number, kind: TimeKind): string | number {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return ms;
  const text = date.toISOString();
  const [day = '', time = ''] = text.split('T');
  return { DateTime: text, DateOnly: day, TimeOnly: time }[kind];
}
