import { quoted } from '../../domain/fields.ts';

// The names that a connector's schema may use, according to the Ingestion API documentation.

export const SCHEMA_NAME_LENGTH_MAX = 80;
export const SCHEMA_NAME = /^[A-Za-z0-9_-]{1,80}$/;
/** Data Cloud has its own columns of these names. */
const RESERVED: ReadonlySet<string> = new Set([
  'date_id',
  'location_id',
  'dat_account_currency',
  'dat_exchange_rate',
  'pacing_period',
  'pacing_end_date',
  'row_count',
  'version',
]);

/** What is wrong with a field name, or undefined. */
export function fieldNameFault(name: string): string | undefined {
  if (!SCHEMA_NAME.test(name)) {
    return `expected a field name of 1 to ${SCHEMA_NAME_LENGTH_MAX} letters, digits, _ and -, found ${quoted(name)}`;
  }
  if (name.includes('__')) {
    return `expected a field name without "__", found ${quoted(name)}: Data Cloud knows fields by the names of the connector's schema, such as ${quoted(schemaNameOf(name))}, and not by API names. Rename it in the filter of the stream, such as by root.${schemaNameOf(name)} = this.${name}`;
  }
  if (RESERVED.has(name)) {
    return `expected a field name that Data Cloud does not keep for itself, found ${quoted(name)}`;
  }
  return undefined;
}

/** What is wrong with an object name, or undefined. */
export function objectNameFault(name: string): string | undefined {
  if (!SCHEMA_NAME.test(name)) {
    return `expected "object" to be the name of an object in the connector's schema, 1 to ${SCHEMA_NAME_LENGTH_MAX} letters, digits, _ and -, found ${quoted(name)}`;
  }
  if (/__(?:dll|dlm|c)$/i.test(name)) {
    return `expected "object" to be the name of an object in the connector's schema, such as ${quoted(name.replace(/__(?:dll|dlm|c)$/i, ''))}, found ${quoted(name)}, which is an API name of Data Cloud or of the org`;
  }
  return undefined;
}

/** The schema's name for a field of the org: `Order_Total__c` becomes `Order_Total_c`. */
export function schemaNameOf(name: string): string {
  return name.replaceAll(/_{2,}/g, '_');
}
