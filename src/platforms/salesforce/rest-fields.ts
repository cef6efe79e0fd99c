import { jsonInteger } from '../../base/json.ts';
import { type TimeKind, timeKind } from './conform.ts';
import type { OrgField } from './rest.ts';
import type { AvroNode, RecordField, RecordNode } from './schema.ts';

/** The fields of one record, as the REST API accepts them. */
export type RestFields = { readonly [field: string]: unknown };

/** Salesforce sets these fields, and its REST API refuses them. */
const FILLED_IN: ReadonlySet<string> = new Set(['CreatedDate', 'CreatedById']);

/**
 * Converts conformed values for the REST API: times become texts and nulls are omitted, so that fields that the sender
 * left out get their defaults.
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
 * The fields of an event that a publisher may set, taken from its describe in the form of its schema: data that fits
 * one fits the other.
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

/** The describe types that are not texts, as the schemas of events have them. */
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

/** A time outside the calendar stays a number: Salesforce refuses it and names the field. */
function timeText(ms: number, kind: TimeKind): string | number {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return ms;
  const text = date.toISOString();
  const [day = '', time = ''] = text.split('T');
  return { DateTime: text, DateOnly: day, TimeOnly: time }[kind];
}
