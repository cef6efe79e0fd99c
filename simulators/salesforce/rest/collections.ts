import { type HttpResponse, json } from '../http.ts';
import { isObject } from '../json.ts';
import type { Org } from '../org/org.ts';
import {
  apiError,
  badJson,
  type Call,
  failed,
  notFound,
  present,
  type SaveResult,
  saveResult,
} from './answers.ts';
import { publishEvent } from './publish-events.ts';

/** The most records in one collections call. */
const COLLECTION_MAX = 200;

/** Thrown to undo a collections call that must succeed as a whole. */
class RolledBack extends Error {
  override name = 'RolledBack';
}

/** `composite/sobjects`: up to 200 records in one call and one transaction. */
export function collections(org: Org, call: Call, entityName: string | undefined): HttpResponse {
  const { request } = call;
  if (request.method === 'GET' || (request.method === 'POST' && entityName !== undefined))
    return retrieve(org, call, entityName);
  if (request.method === 'DELETE') {
    const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
    return all(org, request.query.get('allOrNone') === 'true', call, ids, (id) =>
      saveResult(org.records.delete(id, call.context)),
    );
  }
  const records = request.json?.['records'];
  if (request.json === undefined || !Array.isArray(records)) return badJson();
  const method = request.method === 'POST' ? (request.query.get('_HttpMethod') ?? 'POST') : request.method;
  return all(org, request.json['allOrNone'] === true, call, records, (record) =>
    saveOne(org, call, method, record),
  );
}

function saveOne(org: Org, call: Call, method: string, record: unknown): SaveResult {
  const type = typeOf(record);
  if (!isObject(record) || type === undefined)
    return failed({
      errorCode: 'INVALID_TYPE',
      message: 'attributes.type is missing',
      fields: [],
      status: 400,
    });
  if (org.platformEvent(type) !== undefined) return publishEvent(org, type, record);
  if (method === 'POST') return saveResult(org.records.create(type, record, call.context));
  const { Id: upper, id: lower, ...fields } = record;
  const id = upper ?? lower;
  if (typeof id !== 'string')
    return failed({
      errorCode: 'MISSING_ARGUMENT',
      message: 'Id not specified in an update call',
      fields: [],
      status: 400,
    });
  return saveResult(org.records.update(id, fields, call.context));
}

/** Runs one transaction, undone as a whole if requested and one item fails. */
function all<T>(
  org: Org,
  allOrNone: boolean,
  call: Call,
  items: readonly T[],
  save: (item: T) => SaveResult,
): HttpResponse {
  if (items.length > COLLECTION_MAX) {
    return apiError(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${COLLECTION_MAX} records in this call`,
    );
  }
  // published events cannot be recalled, so a call with events cannot be undone as a whole
  if (items.some((item) => isEvent(org, item))) return json(200, items.map(save));
  let results: SaveResult[] = [];
  try {
    org.records.transaction(call.context, () => {
      results = items.map(save);
      if (allOrNone && results.some((result) => !result.success)) throw new RolledBack();
    });
  } catch (cause) {
    if (!(cause instanceof RolledBack)) throw cause;
    const undone = {
      statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      message:
        'Record rolled back because not all records were valid and the request was using AllOrNone header',
      fields: [],
    };
    results = results.map((result) => (result.success ? { success: false, errors: [undone] } : result));
  }
  return json(200, results);
}

function retrieve(org: Org, call: Call, entityName: string | undefined): HttpResponse {
  const entity = entityName === undefined ? undefined : org.records.entity(entityName);
  if (entity === undefined) return notFound();
  const { json: body, query } = call.request;
  const list = (name: string): string[] => {
    const value = body?.[name];
    return Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : (query.get(name) ?? '').split(',');
  };
  const fields = list('fields');
  return json(
    200,
    list('ids').map((id) => {
      const record = org.records.get(id);
      return record === undefined || record.deleted
        ? null
        : present(call.version, entity.name, record.values, ['Id', ...fields]);
    }),
  );
}

function typeOf(record: unknown): string | undefined {
  const attributes = isObject(record) ? record['attributes'] : undefined;
  const type = isObject(attributes) ? attributes['type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

function isEvent(org: Org, record: unknown): boolean {
  const type = typeOf(record);
  return type !== undefined && org.platformEvent(type) !== undefined;
}
