import { createHash } from 'node:crypto';
import { parseWholeNumber } from '../../../src/base/whole-number.ts';
import type { Faults } from '../faults.ts';
import { type HttpResponse, json } from '../http.ts';
import type { Call } from '../rest/answers.ts';
import { apiError, notFound } from '../rest/answers.ts';
import type { ColumnType, IngestObject } from './objects.ts';

const DATA_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'Text',
  number: 'Number',
  boolean: 'Boolean',
  date: 'Date',
  'date-time': 'DateTime',
};

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 200;

/**
 * The part of the Data 360 Connect REST API that describes Ingestion API connectors and their schemas, within the org's
 * own REST API: `/ssot/connections?connectorType=IngestApi` and `/ssot/connections/{id}/schema`.
 */
export function connectApi(
  { request, session, version }: Call,
  parts: readonly string[],
  objects: readonly IngestObject[],
  faults: Faults,
): HttpResponse {
  const [resource, id, part] = parts;
  if (resource !== 'connections' || request.method !== 'GET') return notFound();
  const mayAsk = session.scope.split(' ').some((scope) => scope === 'api' || scope === 'full');
  if (faults.dataCloudConnectDenied || !mayAsk) {
    return apiError(403, 'FORBIDDEN', 'You do not have access to the Apex class or resource.');
  }
  const names = [...new Set(objects.map(({ connector }) => connector))].toSorted();
  if (id === undefined) {
    if (request.query.get('connectorType') !== 'IngestApi') {
      return apiError(400, 'INVALID_API_INPUT', 'connectorType is required');
    }
    const limit = Math.min(LIMIT_MAX, numberIn(request.query, 'limit') ?? LIMIT_DEFAULT);
    const offset = numberIn(request.query, 'offset') ?? 0;
    return json(200, {
      connections: names.slice(offset, offset + limit).map((name) => ({
        id: idOf(name),
        name: faults.dataCloudNamesWithUuid ? `${name}_${uuidOf(name)}` : name,
        label: name.replaceAll('_', ' '),
        connectorType: 'IngestApi',
        url: `/services/data/v${version}/ssot/connections/${idOf(name)}`,
      })),
      totalSize: names.length,
    });
  }
  const name = names.find((each) => idOf(each) === id);
  if (name === undefined || part !== 'schema') return notFound();
  return json(200, {
    schemas: objects
      .filter(({ connector }) => connector === name)
      .map(({ object, columns }) => ({
        name: object,
        label: object,
        schemaType: 'IngestApi',
        fields: Object.entries(columns).map(([field, type]) => ({
          name: field,
          label: field,
          dataType: DATA_TYPES[type],
        })),
      })),
  });
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  return parseWholeNumber(query.get(name) ?? '');
}

function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

function idOf(name: string): string {
  return `1Ks${digestOf(name).slice(0, 15)}`;
}

/** The suffix that some connection names have, with `_` for `-`. */
function uuidOf(name: string): string {
  return digestOf(name).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1_$2_$3_$4_$5');
}
