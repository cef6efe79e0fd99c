import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseBase64Url } from '../../../src/base/base64.ts';
import { parseDateTime } from '../../../src/base/calendar.ts';
import { parseWholeNumber } from '../../../src/base/whole-number.ts';
import { takeFault } from '../faults.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, json } from '../http.ts';
import { isObject, numberOr, parseObject, stringOr } from '../json.ts';
import { platformEventTopic } from '../org/fields.ts';
import type { Org } from '../org/org.ts';
import { randomText, randomUuid } from '../random.ts';
import { DEFAULT_INGEST_OBJECTS, type IngestObject, problemsOf, readIngestObject } from './objects.ts';

/** One accepted change of one row, in order of acceptance. */
export interface IngestedRow {
  readonly connector: string;
  readonly object: string;
  readonly operation: 'upsert' | 'delete';
  readonly key: string;
  readonly at: number;
  readonly record: Record<string, unknown>;
  /** Not empty if the row was accepted and then dropped. */
  readonly problems: readonly string[];
}

/** One request to the Ingestion API. */
export interface IngestRequestSeen {
  readonly method: string;
  readonly path: string;
  readonly at: number;
  readonly bytes: number;
  /** 0: the answer was lost. */
  readonly status: number;
}

/** The number of requests that are recorded for tests. */
const REQUESTS_RECORDED_MAX = 10_000;
/** The number of retained rows, because a demo may run for weeks. Objects lose older ones. */
const ROWS_MAX = 20_000;

const REQUEST_BYTES_MAX = 200_000;
const REQUESTS_PER_SECOND_MAX = 250;
const DELETE_MAX = 200;

/** The body of a 400 as in an older edition of the documentation; the bodies of other statuses are guessed from it. */
type Failure = (status: number, error: string, extra?: Record<string, unknown>) => HttpResponse;

/** The token exchange and the streaming Ingestion API of Data Cloud (Data 360). */
export class DataCloud {
  readonly #org: Org;
  readonly #baseUrl: () => string;
  readonly #objects = new Map<string, IngestObject>();
  readonly #rows: IngestedRow[] = [];
  readonly #secret: string;
  readonly #tenantId: string;
  #second = 0;
  #rowCount = 0;
  readonly #requests: IngestRequestSeen[] = [];
  exchanges = 0;
  #requestsInSecond = 0;
  /** The address to which data actions are posted; a platform event is published in any case. */
  webhook: { url: string; secret: string } | undefined;

  constructor(org: Org, baseUrl: () => string) {
    this.#org = org;
    this.#baseUrl = baseUrl;
    const { storage } = org;
    const kept = new Map(storage.documents('data-cloud').map(({ key, value }) => [key, stringOr(value, '')]));
    this.#secret = kept.get('secret') ?? randomText(org.random, 40);
    this.#tenantId = kept.get('tenant') ?? `a360/sim/${randomText(org.random, 24, 'abcdef0123456789')}`;
    storage.put('data-cloud', 'secret', this.#secret);
    storage.put('data-cloud', 'tenant', this.#tenantId);
    for (const definition of DEFAULT_INGEST_OBJECTS)
      this.#objects.set(`${definition.connector}/${definition.object}`, definition);
    for (const { key, value } of storage.documents('ingest-object')) {
      const definition = readIngestObject(value);
      if (definition !== undefined) this.#objects.set(key, definition);
    }
    for (const { key, value } of storage.documents('ingest')) {
      if (isRow(value)) this.#rows.push(value);
      this.#rowCount = Math.max(this.#rowCount, (parseWholeNumber(key) ?? 0) + 1);
    }
  }

  define(definition: IngestObject): void {
    const key = `${definition.connector}/${definition.object}`;
    this.#objects.set(key, definition);
    this.#org.storage.put('ingest-object', key, definition);
  }

  objects(): IngestObject[] {
    return [...this.#objects.values()];
  }

  /** Everything that was accepted, whether or not it is visible or was dropped. */
  ingested(): readonly IngestedRow[] {
    return this.#rows;
  }

  /** The rows that a query would find now: processed some minutes after acceptance and upserted by primary key. */
  records(connector: string, object: string): Record<string, unknown>[] {
    const definition = this.#objects.get(`${connector}/${object}`);
    if (definition === undefined) return [];
    const until = this.#org.clock() - this.#org.faults.dataCloudDelayMs;
    const found = new Map<string, Record<string, unknown>>();
    for (const row of this.#rows) {
      if (row.connector !== connector || row.object !== object || row.at > until || row.problems.length > 0)
        continue;
      const known = found.get(row.key);
      if (row.operation === 'delete') {
        if (!isNewer(definition, known, new Date(row.at).toISOString())) continue;
        found.delete(row.key);
      } else if (isNewer(definition, known, row.record[definition.recordModified])) {
        found.set(row.key, definition.refreshMode === 'partial' ? { ...known, ...row.record } : row.record);
      }
    }
    return [...found.values()];
  }

  readonly handle: HttpHandler = (request) => {
    if (request.path === '/services/a360/token') return this.#token(request);
    const [, connector, object, action] =
      /^\/api\/v1\/ingest\/sources\/([^/]+)\/([^/]+?)(\/actions\/test)?\/?$/.exec(request.path) ?? [];
    if (connector === undefined || object === undefined) return undefined;
    return this.#observed(request, connector, object, action !== undefined);
  };

  requests(): readonly IngestRequestSeen[] {
    return this.#requests;
  }

  async #observed(
    request: HttpRequest,
    connector: string,
    object: string,
    isTest: boolean,
  ): Promise<HttpResponse | 'cut'> {
    const { faults, clock } = this.#org;
    const at = clock();
    if (faults.dataCloudHttpDelayMs > 0) await sleep(faults.dataCloudHttpDelayMs);
    const response = this.#ingest(request, connector, object, isTest);
    const isLost = response.status < 300 && takeFault(faults, 'nextDataCloudLostAnswers');
    this.#requests.push({
      method: request.method,
      path: request.path,
      at,
      bytes: request.body.length,
      status: isLost ? 0 : response.status,
    });
    if (this.#requests.length > REQUESTS_RECORDED_MAX) this.#requests.shift();
    return isLost ? 'cut' : response;
  }

  #token(request: HttpRequest): HttpResponse {
    const refuse = (status: number, error: string, description: string) =>
      json(status, { error, error_description: description });
    const { form } = request;
    if (request.method !== 'POST') return refuse(400, 'invalid_request', 'must use HTTP POST');
    if (takeFault(this.#org.faults, 'nextDataCloudUnknownError'))
      return refuse(400, 'unknown_error', 'retry your request');
    if (form.get('grant_type') !== 'urn:salesforce:grant-type:external:cdp')
      return refuse(400, 'unsupported_grant_type', 'grant type not supported');
    if (form.get('subject_token_type') !== 'urn:ietf:params:oauth:token-type:access_token')
      return refuse(400, 'invalid_request', 'subject_token_type is not supported');
    const session = this.#org.tokens.use(form.get('subject_token') ?? '');
    if (session === undefined) return refuse(401, 'invalid_grant', 'invalid subject token');
    if (!session.scope.split(' ').some((scope) => scope.startsWith('cdp_') || scope === 'full')) {
      return refuse(400, 'invalid_scope', 'the subject token has no Data Cloud scope');
    }
    const seconds = Math.floor(this.#org.clock() / 1000);
    const lifeSeconds = this.#org.faults.dataCloudTokenLifeSeconds;
    this.exchanges += 1;
    const claims = {
      sub: `${this.#baseUrl()}/id/${this.#org.id}/${session.userId}`,
      scp: session.scope,
      jti: randomText(this.#org.random, 22),
      iat: seconds,
      exp: seconds + lifeSeconds,
      audienceTenantId: this.#tenantId,
      ...(form.get('dataspace') === null ? {} : { dataspace: form.get('dataspace') }),
    };
    const base = this.#baseUrl();
    return json(200, {
      access_token: this.#sign(claims),
      instance_url: this.#org.faults.dataCloudBareHost ? new URL(base).host : base,
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      expires_in: lifeSeconds,
    });
  }

  #sign(claims: Record<string, unknown>): string {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${body}.${createHmac('sha256', this.#secret).update(body).digest('base64url')}`;
  }

  #isAuthorized(request: HttpRequest): boolean {
    if (takeFault(this.#org.faults, 'nextDataCloudUnauthorized')) return false;
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [head, body, signature] = token.split('.');
    if (head === undefined || body === undefined || signature === undefined) return false;
    const expected = createHmac('sha256', this.#secret).update(`${head}.${body}`).digest();
    const given = parseBase64Url(signature);
    const payload = parseBase64Url(body);
    if (given === undefined || payload === undefined) return false;
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    const claims = parseObject(payload.toString('utf8'));
    if (claims?.['audienceTenantId'] !== this.#tenantId) return false;
    return numberOr(claims['exp'], 0) * 1000 > this.#org.clock();
  }

  #ingest(request: HttpRequest, connector: string, object: string, isTest: boolean): HttpResponse {
    const { faults } = this.#org;
    const failure: Failure = (status, error, extra = {}) =>
      json(status, {
        timestamp: new Date(this.#org.clock()).toISOString(),
        error,
        message: error,
        path: `uri=${request.path}`,
        tenantId: this.#tenantId,
        internalErrorCode: 'COMMON_ERROR_GENERIC',
        ...extra,
      });
    if (!this.#isAuthorized(request)) return failure(401, 'Unauthorized');
    if (takeFault(faults, 'nextDataCloudUnavailable')) return failure(500, 'Internal Server Error');
    if (this.#tooMany() || takeFault(faults, 'nextDataCloudRateLimited')) {
      const { dataCloudRetryAfterSeconds: seconds } = faults;
      const answer = failure(429, 'Too many requests');
      return seconds === 0
        ? answer
        : { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
    }
    const definition = this.#objects.get(`${connector}/${object}`);
    if (definition === undefined)
      return failure(404, 'Not Found', { message: `no object ${object} in the connector ${connector}` });
    // whether it is 400 or 413 is not documented
    if (request.body.length > REQUEST_BYTES_MAX)
      return failure(faults.dataCloudTooLargeStatus, 'Request size exceeds 200 KB');
    if (request.method === 'DELETE') return this.#delete(request, definition, failure);
    if (request.method !== 'POST') return failure(405, 'Method Not Allowed');
    const data = request.json?.['data'];
    if (!Array.isArray(data) || data.length === 0)
      return failure(400, 'Bad Request', { message: 'expected {"data": [{…}, …]}' });
    const reports = data.map((record: unknown, index) => ({
      index,
      problems: problemsOf(definition, record),
      record,
    }));
    const bad = reports.filter((report) => report.problems.length > 0);
    if (isTest) {
      if (bad.length === 0) return json(202, { accepted: true });
      return failure(400, 'Validation failed', {
        validationReport: bad.map(({ index, problems }) => ({ index, errors: problems })),
      });
    }
    const isRefused = reports.some(
      ({ record }) =>
        isObject(record) && faults.dataCloudRefusedKeys.includes(String(record[definition.primaryKey])),
    );
    if (isRefused) {
      return failure(400, 'Bad Request', {
        message: 'Bad Request: JSON is properly formatted but has a mismatch with Schema.',
      });
    }
    if (reports.some(({ record }) => !isObject(record)))
      return failure(400, 'Bad Request', { message: 'each item of data must be an object' });
    this.#accept(definition, reports);
    return json(202, { accepted: true });
  }

  #tooMany(): boolean {
    const second = Math.floor(this.#org.clock() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#requestsInSecond = 0;
    }
    this.#requestsInSecond += 1;
    return this.#requestsInSecond > REQUESTS_PER_SECOND_MAX;
  }

  #accept(
    definition: IngestObject,
    reports: readonly { record: unknown; problems: readonly string[] }[],
  ): void {
    const at = this.#org.clock();
    const { connector, object } = definition;
    this.#org.storage.transaction(() => {
      for (const { record, problems } of reports) {
        if (!isObject(record)) continue;
        const key = String(record[definition.primaryKey] ?? '');
        const before = definition.dataAction
          ? this.#rows.findLast(
              (row) => row.connector === connector && row.object === object && row.key === key,
            )
          : undefined;
        this.#keep({ connector, object, operation: 'upsert', key, at, record, problems });
        if (definition.dataAction && problems.length === 0)
          this.#act(definition, before === undefined ? 'INSERT' : 'UPDATE', record, before?.record);
      }
    });
  }

  #delete(request: HttpRequest, definition: IngestObject, failure: Failure): HttpResponse {
    const body = request.json?.['ids'];
    const ids = Array.isArray(body)
      ? body.filter((id) => typeof id === 'string')
      : (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) return failure(400, 'Bad Request', { message: 'expected {"ids": ["…"]}' });
    if (ids.length > DELETE_MAX) return failure(400, 'Bad Request', { message: `at most ${DELETE_MAX} ids` });
    if (ids.some((id) => this.#org.faults.dataCloudRefusedKeys.includes(id)))
      return failure(400, 'Bad Request');
    const { connector, object } = definition;
    const at = this.#org.clock();
    this.#org.storage.transaction(() => {
      for (const key of ids) {
        this.#keep({ connector, object, operation: 'delete', key, at, record: {}, problems: [] });
        if (definition.dataAction)
          this.#act(definition, 'DELETE', { [definition.primaryKey]: key }, undefined);
      }
    });
    return json(202, { accepted: true });
  }

  #keep(row: IngestedRow): void {
    this.#org.storage.put('ingest', rowKey(this.#rowCount), row);
    this.#rowCount += 1;
    this.#rows.push(row);
    if (this.#rows.length <= ROWS_MAX) return;
    this.#rows.shift();
    this.#org.storage.remove('ingest', rowKey(this.#rowCount - ROWS_MAX - 1));
  }

  /** Performs a data action: a platform event in the org, and a signed call to the webhook target. */
  #act(
    definition: IngestObject,
    prompt: string,
    current: Record<string, unknown>,
    previous: Record<string, unknown> | undefined,
  ): void {
    const now = new Date(this.#org.clock()).toISOString();
    const named = (record: Record<string, unknown>) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(record).map(([name, value]) => [`${definition.object}__dlm_${name}__c`, value]),
        ),
      );
    const fields = {
      ActionDeveloperName: `${definition.object}_changed`,
      EventCreationDateTime: now,
      EventPrompt: prompt,
      EventPublishDateTime: now,
      EventSchemaVersion: '1.0.1',
      EventType: 'DataObjectDataChgEvent',
      PayloadCurrentValue: named(current),
      PayloadPrevValue: previous === undefined ? null : named(previous),
      SourceObjectDeveloperName: `${definition.object}__dlm`,
    };
    const uuid = randomUuid(this.#org.random);
    if (this.#org.platformEvent('DataObjectDataChgEvent') !== undefined) {
      this.#org.publish(platformEventTopic('DataObjectDataChgEvent'), [
        this.#org.platformEventOf('DataObjectDataChgEvent', fields, uuid),
      ]);
    }
    const target = this.webhook;
    if (target === undefined) return;
    const body = JSON.stringify({
      creationDateTime: now,
      count: 1,
      schemas: [{ schemaId: fields.ActionDeveloperName, schema: '' }],
      events: [{ ...fields, EventUuid: uuid }],
    });
    const signature = createHmac('sha256', target.secret).update(body).digest('base64');
    // how often the real service repeats a failed call is not documented; this one does not
    fetch(target.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-signature': signature },
    }).catch(() => {});
  }
}

function rowKey(count: number): string {
  return String(count).padStart(12, '0');
}

function isNewer(
  definition: IngestObject,
  known: Record<string, unknown> | undefined,
  modified: unknown,
): boolean {
  const before = known?.[definition.recordModified];
  if (definition.recordModified === '' || typeof before !== 'string' || typeof modified !== 'string')
    return true;
  return (parseDateTime(modified) ?? 0) >= (parseDateTime(before) ?? 0);
}

function isRow(value: unknown): value is IngestedRow {
  return (
    isObject(value) &&
    typeof value['connector'] === 'string' &&
    typeof value['key'] === 'string' &&
    Array.isArray(value['problems']) &&
    isObject(value['record'])
  );
}
