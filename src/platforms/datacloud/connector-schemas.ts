import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { isJsonObject, type JsonObject } from '../../base/json.ts';
import type {
  IngestAnswer,
  IngestField,
  IngestTarget,
} from '../../domain/authorizations/ingest-directory.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import { errorDetail, type Http, type HttpAnswer, jsonFields } from './http.ts';

/** Salesforce supports old API versions for years. */
const CONNECT_API = '/services/data/v65.0/ssot';
const TIMEOUT_MS = 10_000;
const PAGE_LENGTH = 200;
/** An org has a few connectors. */
const PAGES_MAX = 5;
const SCHEMAS_MAX = 1_000;
/** A schema only grows, and a field that is not in it triggers a fresh look-up at once. */
const SCHEMA_CACHED_MS = 10 * 60_000;
/** Without this, every event with a wrong field would fetch the schema. */
const SCHEMA_RECENT_MS = 30_000;

/** What an org's Connect REST API says about the schemas of its Ingestion API connectors. */
export type SchemaAnswer =
  | IngestAnswer
  /** The user lacks the permission, or this org has no such API. */
  | { readonly kind: 'not-told' };

interface Held {
  readonly answer: Promise<SchemaAnswer>;
  readonly askedAtMs: number;
}

type Found = Extract<SchemaAnswer, { kind: 'found' }>;

export class ConnectorSchemas {
  readonly #tokens: TokenSource;
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #held = makeCache<Held>(SCHEMAS_MAX);
  /** The last schema found, which is used while the API is unavailable. */
  readonly #found = makeCache<Found>(SCHEMAS_MAX);

  constructor(tokens: TokenSource, http: Http, clock: Clock) {
    this.#tokens = tokens;
    this.#http = http;
    this.#clock = clock;
  }

  /** Fetches the current schema. */
  async ask(
    appId: string,
    authorizationId: string,
    { connector, object }: IngestTarget,
  ): Promise<SchemaAnswer> {
    const listed = await this.#connections(appId, authorizationId);
    if ('kind' in listed) return listed;
    const connection = listed.found.find(({ name }) => name === connector);
    if (connection === undefined) {
      return { kind: 'unknown-connector', known: listed.found.map(({ name }) => name).toSorted() };
    }
    const answer = await this.#get(
      appId,
      authorizationId,
      `/connections/${encodeURIComponent(connection.id)}/schema`,
    );
    const body = read(answer);
    if ('kind' in body) return body;
    const schemas = objectsOf(body.fields['schemas']);
    const schema = schemas.find(({ name }) => name === object);
    if (schema === undefined) {
      return {
        kind: 'unknown-object',
        known: schemas.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
      };
    }
    return { kind: 'found', fields: objectsOf(schema['fields']).flatMap(fieldOf) };
  }

  /** Returns a schema that is a few minutes old at most. @param mustBeRecent whether only a recent one will do */
  get(
    appId: string,
    authorizationId: string,
    target: IngestTarget,
    mustBeRecent = false,
  ): Promise<SchemaAnswer> {
    const key = JSON.stringify([appId, authorizationId, target.connector, target.object]);
    const nowMs = this.#clock.now();
    const held = this.#held.get(key);
    const ageMs = nowMs - (held?.askedAtMs ?? 0);
    // A negative age means that the clock was set back.
    if (held !== undefined && ageMs >= 0 && ageMs < (mustBeRecent ? SCHEMA_RECENT_MS : SCHEMA_CACHED_MS)) {
      return held.answer;
    }
    const asking = this.ask(appId, authorizationId, target);
    const answer = asking.then((asked) => {
      if (asked.kind === 'found') this.#found.set(key, asked);
      // Failures that may heal are not cached: the next events ask again.
      else if (asked.kind !== 'not-told') this.#held.delete(key);
      return asked.kind === 'unreachable' ? (this.#found.get(key) ?? asked) : asked;
    });
    this.#held.set(key, { answer, askedAtMs: nowMs });
    // A bug of ours: the current caller gets the error, and the next call asks again.
    answer.catch(() => this.#held.delete(key));
    return answer;
  }

  async #connections(
    appId: string,
    authorizationId: string,
  ): Promise<{ readonly found: readonly Connection[] } | Exclude<SchemaAnswer, { kind: 'found' }>> {
    const connections: Connection[] = [];
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const path = `/connections?connectorType=IngestApi&limit=${PAGE_LENGTH}&offset=${page * PAGE_LENGTH}`;
      const body = read(await this.#get(appId, authorizationId, path));
      if ('kind' in body) return body;
      const rows = objectsOf(body.fields['connections']);
      connections.push(...rows.flatMap(connectionOf));
      if (rows.length < PAGE_LENGTH) break;
    }
    return { found: connections };
  }

  async #get(appId: string, authorizationId: string, path: string): Promise<HttpAnswer | NotAuthorized> {
    const first = await this.#tokens.session(appId, authorizationId);
    if (first.kind !== 'session') return notAuthorized(first);
    const ask = ({
      instanceUrl,
      accessToken,
    }: {
      readonly instanceUrl: string;
      readonly accessToken: string;
    }) =>
      this.#http({
        appId,
        method: 'GET',
        url: `${instanceUrl}${CONNECT_API}${path}`,
        token: accessToken,
        timeoutMs: TIMEOUT_MS,
      });
    const answer = await ask(first.session);
    if (answer.kind === 'no-answer' || answer.status !== 401) return answer;
    const second = await this.#tokens.session(appId, authorizationId, {
      refusedToken: first.session.accessToken,
    });
    return second.kind === 'session' ? ask(second.session) : notAuthorized(second);
  }
}

interface Connection {
  readonly id: string;
  readonly name: string;
}

/** The API appends a UUID to the names of some connections; the Ingestion API uses the names without it. */
const UUID_AT_END = /_[0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12}$/i;

function connectionOf({ id, name }: JsonObject): Connection[] {
  return typeof id === 'string' && typeof name === 'string'
    ? [{ id, name: name.replace(UUID_AT_END, '') }]
    : [];
}

function fieldOf({ name, dataType }: JsonObject): IngestField[] {
  return typeof name === 'string' ? [{ name, type: typeof dataType === 'string' ? dataType : '' }] : [];
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

interface NotAuthorized {
  readonly kind: 'not-authorized';
  readonly message: string;
}

function notAuthorized(
  result: Exclude<Awaited<ReturnType<TokenSource['session']>>, { kind: 'session' }>,
): NotAuthorized {
  return {
    kind: 'not-authorized',
    message: result.kind === 'gone' ? 'The authorization was removed' : result.reason.message,
  };
}

function read(
  answer: HttpAnswer | NotAuthorized,
):
  | { readonly fields: JsonObject }
  | Exclude<SchemaAnswer, { kind: 'found' | 'unknown-connector' | 'unknown-object' }> {
  if (answer.kind === 'not-authorized') return answer;
  if (answer.kind === 'no-answer') {
    return {
      kind: 'unreachable',
      message: `The schema of the connector could not be read: ${answer.message}`,
    };
  }
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { fields: jsonFields(body) };
  if (status === 403 || status === 404) return { kind: 'not-told' };
  return {
    kind: status === 401 ? 'not-authorized' : 'unreachable',
    message: `The schema of the connector could not be read: Salesforce answered ${status}${errorDetail(body)}`,
  };
}
