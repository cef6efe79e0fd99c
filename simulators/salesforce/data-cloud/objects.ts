import { parseDate, parseDateTime } from '../../../src/base/calendar.ts';
import { isObject, stringOr } from '../json.ts';

export type ColumnType = 'string' | 'number' | 'boolean' | 'date' | 'date-time';

/** An object of an Ingestion API connector, as its uploaded schema and its data stream describe it. */
export interface IngestObject {
  readonly connector: string;
  readonly object: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly primaryKey: string;
  /** The column whose newer value wins; empty = the newer request wins. */
  readonly recordModified: string;
  /** `partial` streams accept records without all columns. */
  readonly refreshMode: 'upsert' | 'partial';
  /** Publish a DataObjectDataChgEvent for each change. */
  readonly dataAction: boolean;
}

export const DEFAULT_INGEST_OBJECTS: readonly IngestObject[] = [
  {
    connector: 'Sluice_Events',
    object: 'event',
    columns: { id: 'string', type: 'string', source: 'string', time: 'date-time', data: 'string' },
    primaryKey: 'id',
    recordModified: '',
    refreshMode: 'upsert',
    dataAction: false,
  },
  {
    connector: 'Sluice_Events',
    object: 'order',
    columns: {
      order_id: 'string',
      customer: 'string',
      amount: 'number',
      ordered_on: 'date',
      modified: 'date-time',
      gift: 'boolean',
    },
    primaryKey: 'order_id',
    recordModified: 'modified',
    refreshMode: 'partial',
    dataAction: true,
  },
  {
    connector: 'SalesConnector',
    object: 'Orders',
    columns: {
      order_id: 'string',
      customer: 'string',
      status: 'string',
      amount: 'number',
      ordered_on: 'date',
      modified: 'date-time',
    },
    primaryKey: 'order_id',
    recordModified: '',
    refreshMode: 'upsert',
    dataAction: false,
  },
  {
    // Its fields have the names of the org's object, so change events need no renaming.
    connector: 'SalesConnector',
    object: 'Opportunities',
    columns: {
      Id: 'string',
      Name: 'string',
      StageName: 'string',
      Amount: 'number',
      CloseDate: 'date',
      LastModifiedDate: 'date-time',
    },
    primaryKey: 'Id',
    recordModified: 'LastModifiedDate',
    refreshMode: 'partial',
    dataAction: false,
  },
];

const COLUMN_TYPES: readonly string[] = ['string', 'number', 'boolean', 'date', 'date-time'];

function isColumnType(value: unknown): value is ColumnType {
  return typeof value === 'string' && COLUMN_TYPES.includes(value);
}

const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** Undefined if the connector's schema rules do not allow the object. */
export function readIngestObject(value: unknown): IngestObject | undefined {
  if (!isObject(value) || !isObject(value['columns'])) return undefined;
  const { connector, object, primaryKey } = value;
  if (typeof connector !== 'string' || typeof object !== 'string' || typeof primaryKey !== 'string')
    return undefined;
  const columns: Record<string, ColumnType> = {};
  for (const [name, type] of Object.entries(value['columns'])) {
    if (!NAME.test(name) || name.includes('__') || !isColumnType(type)) return undefined;
    columns[name] = type;
  }
  if (!NAME.test(object) || columns[primaryKey] === undefined) return undefined;
  return {
    connector,
    object,
    columns,
    primaryKey,
    recordModified: stringOr(value['recordModified'], ''),
    refreshMode: value['refreshMode'] === 'partial' ? 'partial' : 'upsert',
    dataAction: value['dataAction'] === true,
  };
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

function fits(type: ColumnType, value: unknown): boolean {
  if (value === null || value === '') return true;
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && parseDate(value) !== undefined;
    case 'date-time':
      return typeof value === 'string' && DATE_TIME.test(value) && parseDateTime(value) !== undefined;
  }
}

/** Why Data Cloud would not store this record; empty if it would. */
export function problemsOf(definition: IngestObject, record: unknown): string[] {
  if (!isObject(record)) return ['the record is not an object'];
  const problems: string[] = [];
  for (const [name, type] of Object.entries(definition.columns)) {
    if (!Object.hasOwn(record, name)) {
      const required =
        definition.refreshMode === 'upsert' ||
        name === definition.primaryKey ||
        name === definition.recordModified;
      if (required) problems.push(`${name}: missing`);
    } else if (!fits(type, record[name]))
      problems.push(`${name}: expected ${type}, found ${JSON.stringify(record[name]).slice(0, 60)}`);
  }
  for (const name of Object.keys(record))
    if (definition.columns[name] === undefined) problems.push(`${name}: not in the schema`);
  const key = record[definition.primaryKey];
  if (key === null || key === '') problems.push(`${definition.primaryKey}: the primary key is empty`);
  return problems;
}
