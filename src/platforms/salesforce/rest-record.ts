import { isJsonObject } from '../../base/json.ts';
import { type AvroNode, type RecordField, type RecordNode, recordBranch } from './schema.ts';

/** A record as the REST API returns it. */
export type RestRecord = { readonly [field: string]: unknown };

/**
 * The fields of a change event's body, from a record of the REST API: the parts of a compound field are nested in that
 * field, and fields that the event lacks (`Id`, `attributes`, formulas) are dropped. The values are still those of
 * REST: `conformToSchema` converts them. Fields that REST did not return are null.
 */
export function eventFields(schema: RecordNode, record: RestRecord): { readonly [field: string]: unknown } {
  const parts = new Map(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    schema.fields
      .filter(({ name }) => name !== 'ChangeEventHeader')
      .map((field) => [field.name, eventValue(field, record, parts)]),
  );
}

function eventValue(field: RecordField, record: RestRecord, parts: ReadonlyMap<string, unknown>): unknown {
  const value = record[field.name] ?? null;
  const compound = recordBranch(field.type);
  if (compound !== undefined && !isPlainName(field.type, record)) {
    return compoundValue(field.name, compound, value, parts);
  }
  return typeof value === 'string' && isList(field.type) ? value.split(';') : value;
}

/** An account's name is a text for a business and has parts for a person. */
function isPlainName(type: AvroNode, { IsPersonAccount }: RestRecord): boolean {
  const orText =
    type.kind === 'union' &&
    type.branches.some((branch) => branch.kind === 'primitive' && branch.name === 'string');
  return orText && IsPersonAccount !== true;
}

/** Null if no part has a value, as in events of a new record. */
function compoundValue(
  name: string,
  compound: RecordNode,
  value: unknown,
  flat: ReadonlyMap<string, unknown>,
): unknown {
  const nested = isJsonObject(value)
    ? new Map(Object.entries(value).map(([part, given]) => [part.toLowerCase(), given]))
    : undefined;
  const children = compound.fields.map(({ name: child }) => {
    const given = nested?.get(child.toLowerCase()) ?? flat.get(flatName(name, child).toLowerCase());
    return [child, given ?? null] as const;
  });
  return children.every(([, given]) => given === null) ? null : Object.fromEntries(children);
}

/**
 * The REST name of a part: `BillingCity` of `BillingAddress`, `Place__Latitude__s` of `Place__c`, `FirstName` of
 * `Name`.
 */
function flatName(name: string, child: string): string {
  if (name.endsWith('__c')) return `${name.slice(0, -'__c'.length)}__${child}__s`;
  return name === 'Name' ? child : `${name.replace(/Address$/, '')}${child}`;
}

function isList(type: AvroNode): boolean {
  return type.kind === 'array' || (type.kind === 'union' && type.branches.some(isList));
}
