import { keepNewest } from '../bounded-map.ts';
import { connectApi } from '../data-cloud/connect-api.ts';
import type { IngestObject } from '../data-cloud/objects.ts';
import { takeFault } from '../faults.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, json } from '../http.ts';
import type { OAuth } from '../oauth/routes.ts';
import type { RecordValues } from '../org/change-events.ts';
import { type Saved, writableFields } from '../org/field-values.ts';
import { flatFields, platformEventTopic } from '../org/fields.ts';
import { recordId } from '../org/ids.ts';
import type { Org } from '../org/org.ts';
import type { ManagedSubscriptions } from '../pubsub/managed-subscribe.ts';
import {
  apiError,
  badJson,
  type Call,
  compoundFields,
  notFound,
  present,
  refused,
  saveResult,
} from './answers.ts';
import { collections } from './collections.ts';
import { describeEntity, describeEvent, describeGlobal } from './describe.ts';
import { eventSchema } from './event-schema.ts';
import { publishEvent } from './publish-events.ts';
import { parseQuery, select } from './soql.ts';
import { toolingObject, toolingQuery } from './tooling.ts';

/** The newest release is 67.0 (Summer '26); clients may ask for older ones. */
const VERSIONS = Array.from({ length: 68 - 31 }, (_, index) => `${31 + index}.0`);

/** Rows in one query answer; `nextRecordsUrl` leads to the rest. */
const QUERY_BATCH = 2000;

/** Queries with rows that are still to be fetched. */
const CURSORS_MAX = 100;

export class Rest {
  readonly #org: Org;
  readonly #oauth: OAuth;
  readonly #managed: ManagedSubscriptions;
  readonly #ingestObjects: () => readonly IngestObject[];
  readonly #cursors = new Map<string, { rows: RecordValues[]; entity: string; fields: readonly string[] }>();

  #cursorCount = 0;

  constructor(
    org: Org,
    oauth: OAuth,
    managed: ManagedSubscriptions,
    ingestObjects: () => readonly IngestObject[],
  ) {
    this.#org = org;
    this.#oauth = oauth;
    this.#managed = managed;
    this.#ingestObjects = ingestObjects;
  }

  readonly handle: HttpHandler = (request) => {
    if (!request.path.startsWith('/services/data')) return undefined;
    const path = request.path.replace(/\/+$/, '');
    if (path === '/services/data') {
      return json(
        200,
        VERSIONS.map((version) => ({
          label: `Release ${version}`,
          url: `/services/data/v${version}`,
          version,
        })),
      );
    }
    const [, version, rest] = /^\/services\/data\/v(\d+\.0)(?:\/(.*))?$/.exec(path) ?? [];
    if (version === undefined || !VERSIONS.includes(version)) return notFound();
    const { faults, allocations } = this.#org;
    const session = this.#oauth.session(request);
    if (session === undefined) return apiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    if (takeFault(faults, 'nextSessionNotForRest')) {
      return apiError(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API');
    }
    if (faults.apiDisabled)
      return apiError(403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.');
    if (takeFault(faults, 'nextServerUnavailable'))
      return apiError(503, 'SERVER_UNAVAILABLE', 'The server is temporarily unavailable. Try again later.');
    const used = allocations.apiCalls.total(this.#org.clock());
    if (used >= faults.apiLimit)
      return apiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    allocations.apiCalls.add(this.#org.clock(), 1);
    const client = /client=([^;,\s]+)/.exec(String(request.headers['sforce-call-options'] ?? ''))?.[1];
    const context = {
      userId: session.userId,
      apiVersion: version,
      ...(client === undefined ? {} : { client }),
    };
    const response = this.#route(
      { request, session, version, context },
      rest === undefined ? [] : rest.split('/'),
    );
    const limits = { 'sforce-limit-info': `api-usage=${used + 1}/${faults.apiLimit}` };
    return { ...response, headers: { ...response.headers, ...limits } };
  };

  #route(call: Call, parts: readonly string[]): HttpResponse {
    const [first, second, ...rest] = parts;
    const { request } = call;
    switch (first) {
      case undefined:
        return json(
          200,
          Object.fromEntries(
            ['sobjects', 'limits', 'query', 'tooling', 'composite', 'event'].map((name) => [
              name,
              `/services/data/v${call.version}/${name}`,
            ]),
          ),
        );
      case 'limits':
        return this.#limits();
      case 'sobjects':
        return second === undefined
          ? json(200, describeGlobal(this.#org, call.version))
          : this.#sobject(call, second, rest);
      case 'event':
        return second === 'eventSchema' && rest[0] !== undefined
          ? eventSchema(this.#org, rest[0], request)
          : notFound();
      case 'ssot':
        return connectApi(call, parts.slice(1), this.#ingestObjects(), this.#org.faults);
      case 'composite':
        return second === 'sobjects' ? collections(this.#org, call, rest[0]) : notFound();
      case 'query':
      case 'queryAll':
        return second === undefined
          ? this.#query(call, request.query.get('q') ?? '')
          : this.#queryMore(call, second);
      case 'tooling':
        return second === 'query'
          ? toolingQuery(this.#managed, request.query.get('q') ?? '')
          : second === 'sobjects'
            ? toolingObject(this.#managed, call, rest)
            : notFound();
      default:
        return notFound();
    }
  }

  #limits(): HttpResponse {
    const { allocations, faults } = this.#org;
    const now = this.#org.clock();
    const limit = (max: number, used: number) => ({ Max: max, Remaining: Math.max(0, max - used) });
    return json(200, {
      DailyApiRequests: limit(faults.apiLimit, allocations.apiCalls.total(now)),
      DailyDeliveredPlatformEvents: limit(faults.deliveredLimit, allocations.delivered.total(now)),
      HourlyPublishedPlatformEvents: limit(faults.publishedLimit, allocations.published.total(now)),
      MonthlyPlatformEventsUsageEntitlement: limit(0, 0),
    });
  }

  #sobject(call: Call, name: string, rest: readonly string[]): HttpResponse {
    const entity = this.#org.records.entity(name);
    const event = this.#org.platformEvent(name);
    const { request } = call;
    const [first, second] = rest;
    if (entity === undefined && event === undefined) return this.#changeEventObject(call, name, rest);
    if (first === 'describe')
      return json(
        200,
        entity === undefined
          ? event === undefined
            ? {}
            : describeEvent(this.#org, event, call.version)
          : describeEntity(entity, call.version),
      );
    if (event !== undefined) {
      if (first === 'eventSchema')
        return eventSchema(
          this.#org,
          this.#org.bus.topic(platformEventTopic(event.name))?.schema?.id ?? '',
          request,
        );
      if (first === undefined && request.method === 'POST') return this.#publishOne(call, event.name);
      return first === undefined
        ? json(200, { objectDescribe: describeEvent(this.#org, event, call.version) })
        : notFound();
    }
    if (entity === undefined) return notFound();
    if (first === undefined) {
      if (request.method !== 'POST')
        return json(200, { objectDescribe: describeEntity(entity, call.version), recentItems: [] });
      return this.#write(request, (body) => this.#org.records.create(entity.name, body, call.context));
    }
    if (second !== undefined) return this.#byExternalId(call, entity.name, first, second);
    return this.#record(call, entity.name, first);
  }

  #changeEventObject(call: Call, name: string, rest: readonly string[]): HttpResponse {
    const topic = this.#org.bus.topic(`/data/${name}`);
    return topic?.schema !== undefined && rest[0] === 'eventSchema'
      ? eventSchema(this.#org, topic.schema.id, call.request)
      : notFound();
  }

  #record(call: Call, entityName: string, id: string): HttpResponse {
    const { request } = call;
    const record = this.#org.records.get(id);
    if (record === undefined || record.entity !== entityName) return notFound();
    const method = request.method === 'POST' ? (request.query.get('_HttpMethod') ?? 'POST') : request.method;
    switch (method) {
      case 'GET': {
        if (record.deleted) return apiError(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
        const fields = request.query.get('fields');
        if (fields !== null) {
          return json(200, present(call.version, entityName, record.values, fields.split(',')));
        }
        const entity = this.#org.records.entity(entityName);
        return json(200, {
          ...present(call.version, entityName, record.values, Object.keys(record.values)),
          ...(entity === undefined ? {} : compoundFields(entity, record.values)),
        });
      }
      case 'PATCH':
        return this.#write(request, (body) => this.#org.records.update(id, body, call.context));
      case 'DELETE': {
        const saved = this.#org.records.delete(id, call.context);
        return saved.ok ? { status: 204 } : refused(saved.refusal);
      }
      default:
        return apiError(
          405,
          'METHOD_NOT_ALLOWED',
          `HTTP Method '${method}' not allowed. Allowed are HEAD,GET,PATCH,DELETE`,
        );
    }
  }

  #byExternalId(call: Call, entityName: string, fieldName: string, value: string): HttpResponse {
    const entity = this.#org.records.entity(entityName);
    const field =
      entity === undefined
        ? undefined
        : flatFields(entity).find((item) => item.name.toLowerCase() === fieldName.toLowerCase());
    if (field?.externalId !== true && field?.name !== 'Id')
      return apiError(
        404,
        'NOT_FOUND',
        `Provided external ID field does not exist or is not accessible: ${fieldName}`,
      );
    const found = this.#org.records.all(entityName).filter((record) => String(record[field.name]) === value);
    const id = found[0]?.['Id'];
    if (call.request.method !== 'PATCH')
      return typeof id === 'string' ? this.#record(call, entityName, id) : notFound();
    const body = call.request.json;
    if (body === undefined) return badJson();
    const saved =
      typeof id === 'string'
        ? this.#org.records.update(id, body, call.context)
        : this.#org.records.create(entityName, { ...body, [field.name]: value }, call.context);
    if (!saved.ok) return refused(saved.refusal);
    return json(typeof id === 'string' ? 200 : 201, {
      ...saveResult(saved),
      created: typeof id !== 'string',
    });
  }

  #write(request: HttpRequest, work: (body: Record<string, unknown>) => Saved): HttpResponse {
    if (request.json === undefined) return badJson();
    const saved = work(request.json);
    if (!saved.ok) return refused(saved.refusal);
    return request.method === 'POST' && request.query.get('_HttpMethod') === null
      ? json(201, saveResult(saved))
      : { status: 204 };
  }

  #publishOne(call: Call, eventName: string): HttpResponse {
    if (call.request.json === undefined) return badJson();
    const result = publishEvent(this.#org, eventName, call.request.json);
    if (result.success) return json(201, result);
    const [error] = result.errors;
    return apiError(400, error?.statusCode ?? 'UNKNOWN_EXCEPTION', error?.message ?? '', error?.fields);
  }

  #query(call: Call, text: string): HttpResponse {
    const query = parseQuery(text);
    if (query === undefined)
      return apiError(
        400,
        'MALFORMED_QUERY',
        `unexpected token or a part of SOQL that the simulator does not know: ${text}`,
      );
    const rows = this.#rowsOf(query.from);
    if (rows === undefined) {
      return apiError(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
    }
    const entity = this.#org.records.entity(query.from);
    const found = select(rows, query);
    const [only] = query.fields;
    if (only !== undefined && /^count\(\s*\)$/i.test(only))
      return json(200, { totalSize: found.length, done: true, records: [] });
    const fields = query.fields.flatMap((name) =>
      /^fields\(\s*(all|standard|custom)\s*\)$/i.test(name) && entity !== undefined
        ? writableFields(entity).map((field) => field.name)
        : [name],
    );
    const known = new Set(
      entity === undefined
        ? fields.map((name) => name.toLowerCase())
        : ['name', ...flatFields(entity).map((field) => field.name.toLowerCase())],
    );
    const unknown = fields.find((name) => !known.has(name.toLowerCase()));
    if (unknown !== undefined)
      return apiError(400, 'INVALID_FIELD', `No such column '${unknown}' on entity '${query.from}'.`);
    return this.#page(call, entity?.name ?? query.from, fields, found, found.length);
  }

  #rowsOf(name: string): RecordValues[] | undefined {
    const { user } = this.#org;
    if (this.#org.records.entity(name) !== undefined) return this.#org.records.all(name);
    if (name.toLowerCase() === 'organization')
      return [
        { Id: this.#org.id, Name: this.#org.name, OrganizationType: 'Developer Edition', IsSandbox: false },
      ];
    if (name.toLowerCase() === 'user')
      return [{ Id: user.id, Username: user.username, Name: user.name, Email: user.email, IsActive: true }];
    return undefined;
  }

  #page(
    call: Call,
    entity: string,
    fields: readonly string[],
    rows: RecordValues[],
    totalSize: number,
  ): HttpResponse {
    const page = rows.slice(0, QUERY_BATCH).map((row) => present(call.version, entity, row, fields));
    if (rows.length <= QUERY_BATCH) return json(200, { totalSize, done: true, records: page });
    this.#cursorCount += 1;
    const cursor = recordId('01g', this.#cursorCount);
    keepNewest(this.#cursors, CURSORS_MAX);
    this.#cursors.set(cursor, { rows: rows.slice(QUERY_BATCH), entity, fields });
    return json(200, {
      totalSize,
      done: false,
      nextRecordsUrl: `/services/data/v${call.version}/query/${cursor}-${QUERY_BATCH}`,
      records: page,
    });
  }

  #queryMore(call: Call, locator: string): HttpResponse {
    const cursor = this.#cursors.get(locator.split('-')[0] ?? '');
    if (cursor === undefined) return apiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    return this.#page(call, cursor.entity, cursor.fields, cursor.rows, cursor.rows.length);
  }
}
