import { keepNewest } from '../bounded-map.ts';
import { takeFault } from '../faults.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, json } from '../http.ts';
import { isObject, parseObject } from '../json.ts';
import type { OAuth } from '../oauth/routes.ts';
import type { Session } from '../oauth/tokens.ts';
import type { FieldValue, RecordValues } from '../org/change-events.ts';
import { flatFields, platformEventTopic } from '../org/fields.ts';
import { recordId } from '../org/ids.ts';
import type { Org } from '../org/org.ts';
import { type ChangeContext, type Refusal, readFields, type Saved, writableFields } from '../org/records.ts';
import type { ManagedSubscriptions } from '../pubsub/managed-subscribe.ts';
import { randomUuid } from '../random.ts';
import { describeEntity, describeEvent, describeGlobal } from './describe.ts';
import { fieldOf, parseQuery, select } from './soql.ts';

/** The newest release is 67.0 (Summer '26); clients may ask for older ones. */
const VERSIONS = Array.from({ length: 68 - 31 }, (_, index) => `${31 + index}.0`);

/** Records of one collections call. */
const COLLECTION_MAX = 200;

/** Rows of one query answer; the rest follows by `nextRecordsUrl`. */
const QUERY_BATCH = 2000;

/** Queries whose rest is still to be fetched. */
const CURSORS_MAX = 100;

interface Call {
  readonly request: HttpRequest;
  readonly session: Session;
  readonly version: string;
  readonly context: ChangeContext;
}

function apiError(
  status: number,
  errorCode: string,
  message: string,
  fields?: readonly string[],
): HttpResponse {
  return json(status, [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }]);
}

const notFound = () => apiError(404, 'NOT_FOUND', 'The requested resource does not exist');

interface SaveResult {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly { statusCode: string; message: string; fields: readonly string[] }[];
}

function failed(refusal: Refusal): SaveResult {
  return {
    success: false,
    errors: [{ statusCode: refusal.errorCode, message: refusal.message, fields: refusal.fields }],
  };
}

function saveResult(saved: Saved): SaveResult {
  return saved.ok ? { id: saved.id, success: true, errors: [] } : failed(saved.refusal);
}

/** Thrown to undo a collections call that must succeed as a whole. */
class RolledBack extends Error {
  override name = 'RolledBack';
}

export class Rest {
  readonly #org: Org;
  readonly #oauth: OAuth;
  readonly #managed: ManagedSubscriptions;
  readonly #cursors = new Map<string, { rows: RecordValues[]; entity: string; fields: readonly string[] }>();

  #cursorCount = 0;

  constructor(org: Org, oauth: OAuth, managed: ManagedSubscriptions) {
    this.#org = org;
    this.#oauth = oauth;
    this.#managed = managed;
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
          ? this.#schema(rest[0], request)
          : notFound();
      case 'composite':
        return second === 'sobjects' ? this.#collections(call, rest[0]) : notFound();
      case 'query':
      case 'queryAll':
        return second === undefined
          ? this.#query(call, request.query.get('q') ?? '')
          : this.#queryMore(call, second);
      case 'tooling':
        return second === 'query'
          ? this.#toolingQuery(request.query.get('q') ?? '')
          : second === 'sobjects'
            ? this.#toolingObject(call, rest)
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
            : describeEvent(event, call.version)
          : describeEntity(entity, call.version),
      );
    if (event !== undefined) {
      if (first === 'eventSchema')
        return this.#schema(this.#org.bus.topic(platformEventTopic(event.name))?.schema?.id ?? '', request);
      if (first === undefined && request.method === 'POST') return this.#publishOne(call, event.name);
      return first === undefined
        ? json(200, { objectDescribe: describeEvent(event, call.version) })
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
      ? this.#schema(topic.schema.id, call.request)
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
        const names = fields === null ? Object.keys(record.values) : fields.split(',');
        return json(200, this.#present(call.version, entityName, record.values, names));
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

  #present(
    version: string,
    entityName: string,
    values: RecordValues,
    names: readonly string[],
  ): Record<string, unknown> {
    const id = String(values['Id'] ?? '');
    const shown: Record<string, unknown> = {
      attributes: { type: entityName, url: `/services/data/v${version}/sobjects/${entityName}/${id}` },
    };
    for (const name of names) shown[name.trim()] = fieldOf(values, name.trim()) ?? null;
    return shown;
  }

  #publishOne(call: Call, eventName: string): HttpResponse {
    if (call.request.json === undefined) return badJson();
    const result = this.#publish(eventName, call.request.json);
    if (result.success) return json(201, result);
    const [error] = result.errors;
    return apiError(400, error?.statusCode ?? 'UNKNOWN_EXCEPTION', error?.message ?? '', error?.fields);
  }

  /** Publishing over REST only enqueues: the result names the event's UUID in an "error" that is none. */
  #publish(eventName: string, body: Record<string, unknown>): SaveResult {
    const definition = this.#org.platformEvent(eventName);
    if (definition === undefined)
      return failed({
        errorCode: 'INVALID_TYPE',
        message: `sObject type '${eventName}' is not supported.`,
        fields: [],
        status: 400,
      });
    const refuse = (errorCode: string, message: string): SaveResult =>
      failed({ errorCode, message, fields: [], status: 400 });
    if (
      !definition.publishable ||
      this.#org.faults.deniedPublish.includes(platformEventTopic(definition.name))
    ) {
      return refuse(
        'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        `entity type cannot be inserted: ${definition.label}`,
      );
    }
    const read = readFields(definition.name, definition.fields, body);
    if ('refusal' in read) return saveResult(read.refusal);
    const missing = definition.fields
      .filter((field) => field.required === true && (read.values[field.name] ?? null) === null)
      .map((field) => field.name);
    if (missing.length > 0)
      return failed({
        errorCode: 'REQUIRED_FIELD_MISSING',
        message: `Required fields are missing: [${missing.join(', ')}]`,
        fields: missing,
        status: 400,
      });
    const uuid = randomUuid(this.#org.random);
    const event = this.#org.platformEventOf(
      definition.name,
      { ...defaultsOf(definition.fields), ...read.values },
      uuid,
    );
    const { faults } = this.#org;
    if (!takeFault(faults, 'nextRestLost')) {
      const copies = takeFault(faults, 'nextRestDuplicates') ? [event, event] : [event];
      if (this.#org.publish(platformEventTopic(definition.name), copies) === 'limit exceeded') {
        return refuse('LIMIT_EXCEEDED', 'The hourly event publishing limit was exceeded.');
      }
    }
    return {
      id: recordId('e01', 1),
      success: true,
      errors: [{ statusCode: 'OPERATION_ENQUEUED', message: uuid, fields: [] }],
    };
  }

  #collections(call: Call, entityName: string | undefined): HttpResponse {
    const { request } = call;
    if (request.method === 'GET' || (request.method === 'POST' && entityName !== undefined))
      return this.#retrieve(call, entityName);
    if (request.method === 'DELETE') {
      const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
      return this.#all(request.query.get('allOrNone') === 'true', call, ids, (id) =>
        saveResult(this.#org.records.delete(id, call.context)),
      );
    }
    const records = request.json?.['records'];
    if (request.json === undefined || !Array.isArray(records)) return badJson();
    const method = request.method === 'POST' ? (request.query.get('_HttpMethod') ?? 'POST') : request.method;
    return this.#all(request.json['allOrNone'] === true, call, records, (record) =>
      this.#saveOne(call, method, record),
    );
  }

  #saveOne(call: Call, method: string, record: unknown): SaveResult {
    const attributes = isObject(record) ? record['attributes'] : undefined;
    const type = isObject(attributes) ? attributes['type'] : undefined;
    if (!isObject(record) || typeof type !== 'string')
      return failed({
        errorCode: 'INVALID_TYPE',
        message: 'attributes.type is missing',
        fields: [],
        status: 400,
      });
    if (this.#org.platformEvent(type) !== undefined) return this.#publish(type, record);
    if (method === 'POST') return saveResult(this.#org.records.create(type, record, call.context));
    const { Id: upper, id: lower, ...fields } = record;
    const id = upper ?? lower;
    if (typeof id !== 'string')
      return failed({
        errorCode: 'MISSING_ARGUMENT',
        message: 'Id not specified in an update call',
        fields: [],
        status: 400,
      });
    return saveResult(this.#org.records.update(id, fields, call.context));
  }

  /** One transaction; undone as a whole if that is wanted and one item fails. */
  #all<T>(allOrNone: boolean, call: Call, items: readonly T[], save: (item: T) => SaveResult): HttpResponse {
    if (items.length > COLLECTION_MAX) {
      return apiError(
        400,
        'EXCEEDED_ID_LIMIT',
        `record limit reached. cannot submit more than ${COLLECTION_MAX} records in this call`,
      );
    }
    let results: SaveResult[] = [];
    try {
      this.#org.records.transaction(call.context, () => {
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

  #retrieve(call: Call, entityName: string | undefined): HttpResponse {
    const entity = entityName === undefined ? undefined : this.#org.records.entity(entityName);
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
        const record = this.#org.records.get(id);
        return record === undefined || record.deleted
          ? null
          : this.#present(call.version, entity.name, record.values, ['Id', ...fields]);
      }),
    );
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
    const page = rows.slice(0, QUERY_BATCH).map((row) => this.#present(call.version, entity, row, fields));
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

  #toolingQuery(text: string): HttpResponse {
    const query = parseQuery(text);
    if (query === undefined)
      return apiError(
        400,
        'MALFORMED_QUERY',
        `unexpected token or a part of SOQL that the simulator does not know: ${text}`,
      );
    if (query.from.toLowerCase() !== 'managedeventsubscription')
      return apiError(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
    const rows = this.#managed
      .all()
      .map(
        (item): RecordValues => ({ Id: item.id, DeveloperName: item.developerName, MasterLabel: item.label }),
      );
    const records = select(rows, query).map((row) => {
      const item = this.#managed.find(String(row['Id']));
      const metadata = {
        defaultReplay: item?.defaultReplay,
        errorRecoveryReplay: item?.errorRecoveryReplay,
        label: item?.label,
        state: item?.state,
        topicName: item?.topicName,
      };
      const all: Record<string, unknown> = { ...row, Metadata: metadata };
      return Object.fromEntries(query.fields.map((name) => [name, all[name] ?? null]));
    });
    return json(200, {
      size: records.length,
      totalSize: records.length,
      done: true,
      queryLocator: null,
      entityTypeName: 'ManagedEventSubscription',
      records,
    });
  }

  /** Creating a managed subscription: POST …/tooling/sobjects/ManagedEventSubscription {FullName, Metadata}. */
  #toolingObject(call: Call, rest: readonly string[]): HttpResponse {
    const body = call.request.json;
    const metadata = body?.['Metadata'];
    if (rest[0] !== 'ManagedEventSubscription') return notFound();
    if (call.request.method === 'PATCH' && rest[1] !== undefined && isObject(metadata)) {
      this.#managed.setState(rest[1], metadata['state'] === 'STOP' ? 'STOP' : 'RUN');
      return { status: 204 };
    }
    if (call.request.method !== 'POST' || body === undefined || !isObject(metadata)) return badJson();
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    try {
      const made = this.#managed.define({
        developerName: text(body['FullName']),
        topicName: text(metadata['topicName']),
        defaultReplay: text(metadata['defaultReplay']),
        errorRecoveryReplay: text(metadata['errorRecoveryReplay']),
        label: text(metadata['label']),
      });
      return json(201, { id: made.id, success: true, errors: [], warnings: [], infos: [] });
    } catch (cause) {
      return apiError(
        400,
        'FIELD_INTEGRITY_EXCEPTION',
        cause instanceof Error ? cause.message : String(cause),
      );
    }
  }

  #schema(id: string, request: HttpRequest): HttpResponse {
    const schema = this.#org.bus.schema(id);
    if (schema === undefined) return notFound();
    const compact = parseObject(schema.json) ?? {};
    if (request.query.get('payloadFormat')?.toUpperCase() === 'COMPACT')
      return json(200, { ...compact, uuid: schema.id });
    // the expanded form wraps the same fields the way CometD clients receive them
    const { name } = compact;
    return json(200, {
      name,
      namespace: 'com.sforce.eventbus',
      type: 'expanded-record',
      fields: [
        {
          name: 'data',
          type: {
            type: 'record',
            name: 'Data',
            namespace: '',
            fields: [
              { name: 'schema', type: 'string' },
              { name: 'payload', type: { ...compact, doc: '' } },
              {
                name: 'event',
                type: { type: 'record', name: 'Event', fields: [{ name: 'replayId', type: 'long' }] },
              },
            ],
          },
        },
        { name: 'channel', type: 'string' },
      ],
      uuid: schema.id,
    });
  }
}

function defaultsOf(
  fields: readonly { name: string; defaultValue?: string | number | boolean }[],
): Record<string, FieldValue> {
  return Object.fromEntries(
    fields.flatMap((field) => (field.defaultValue === undefined ? [] : [[field.name, field.defaultValue]])),
  );
}

function refused(refusal: Refusal): HttpResponse {
  return apiError(refusal.status, refusal.errorCode, refusal.message, refusal.fields);
}

function badJson(): HttpResponse {
  return apiError(
    400,
    'JSON_PARSER_ERROR',
    'The HTTP entity body is required to be a JSON object, but none was found.',
  );
}
