import { type Cache, LookupCache, makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import type { Authorization, SalesforceSession } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TokenSource } from '../../domain/authorizations/token-source.ts';
import { checkPubsubEndpoint } from './oauth/endpoints.ts';
import type { PubSubClient, PubSubClients, PubSubEndpoint, RpcResult } from './pubsub/client.ts';
import type { RpcFailure } from './pubsub/rpc-failure.ts';

export interface OrgConnectionPorts {
  readonly authorizations: AuthorizationStore;
  readonly tokens: TokenSource;
  readonly clients: PubSubClients;
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  /** See `CHECK_INTERVAL_MS`. */
  readonly checkIntervalMs?: number;
}

/** An org's Pub/Sub API, with a session that Salesforce has not refused yet. */
export interface OrgConnection {
  readonly client: PubSubClient;
  readonly session: SalesforceSession;
}

export type OrgConnected = { readonly kind: 'connected'; readonly connection: OrgConnection } | NotAuthorized;

/**
 * No access token is available now. passing: it may be available in a moment; lasting: a person must repair the
 * authorization.
 */
export interface NotAuthorized {
  readonly kind: 'not-authorized';
  readonly cause: 'passing' | 'lasting' | 'gone';
  readonly id: string;
  readonly message: string;
}

/**
 * How long an authorization's endpoint is cached: it changes only when the org is authorized anew. After a failure it
 * is looked up again.
 */
const ENDPOINT_CACHED_MS = 30_000;
const AUTHORIZATIONS_CACHED_MAX = 5_000;
/** A revoked grant must become visible within a minute. */
export const CHECK_INTERVAL_MS = 30_000;

/** Connects an authorization to its org's Pub/Sub API. */
export class OrgConnections {
  readonly #ports: OrgConnectionPorts;
  // All of these are keyed by authorization.
  readonly #endpoints: LookupCache<Endpoint | undefined>;
  /** Authorizations that were checked a moment ago. */
  readonly #checked: Cache<true>;
  /** The token that Salesforce refused last. */
  readonly #refused = makeCache<string>(AUTHORIZATIONS_CACHED_MAX);

  constructor(ports: OrgConnectionPorts) {
    this.#ports = ports;
    this.#checked = makeCache(AUTHORIZATIONS_CACHED_MAX, {
      clock: ports.clock,
      ageMsMax: ports.checkIntervalMs ?? CHECK_INTERVAL_MS,
    });
    this.#endpoints = new LookupCache(AUTHORIZATIONS_CACHED_MAX, {
      clock: ports.clock,
      ageMsMax: ENDPOINT_CACHED_MS,
    });
  }

  async connect(appId: string, authorizationId: string): Promise<OrgConnected> {
    const refusedToken = this.#refused.get(authorizationId);
    const [result, endpoint] = await Promise.all([
      this.#ports.tokens.session(appId, authorizationId, refusedToken === undefined ? {} : { refusedToken }),
      this.#endpoints.get(authorizationId, () => this.#endpoint(appId, authorizationId)),
    ]);
    if (result.kind === 'gone' || endpoint === undefined) return GONE;
    if (result.kind !== 'session') {
      this.#endpoints.forget(authorizationId);
      const { id, message, passing = false } = result.reason;
      return { kind: 'not-authorized', cause: passing ? 'passing' : 'lasting', id, message };
    }
    if (endpoint.fault !== undefined) {
      this.#endpoints.forget(authorizationId);
      return { kind: 'not-authorized', cause: 'lasting', id: 'pubsub-endpoint', message: endpoint.fault };
    }
    return {
      kind: 'connected',
      connection: { client: this.#ports.clients.at(endpoint), session: result.session },
    };
  }

  /** Report that a call with this session failed. If the session was refused, the next connection gets another one. */
  failed(authorizationId: string, session: SalesforceSession, { kind }: Pick<RpcFailure, 'kind'>): void {
    this.#endpoints.forget(authorizationId);
    if (kind === 'reauth') this.#refused.set(authorizationId, session.accessToken);
  }

  /**
   * Whether the authorization still gives access. Asks Salesforce for the topic, at intervals shared by all callers,
   * and requests a new token when the current one is refused.
   */
  async check(appId: string, authorizationId: string, topic: string): Promise<NotAuthorized | undefined> {
    if (!this.#checked.has(authorizationId)) {
      this.#checked.set(authorizationId, true);
      const connected = await this.connect(appId, authorizationId);
      if (connected.kind === 'not-authorized') return connected;
      const { client, session } = connected.connection;
      const answer = await client.getTopic(session, topic);
      if (!answer.ok) this.failed(authorizationId, session, answer);
    }
    const connected = await this.connect(appId, authorizationId);
    return connected.kind === 'not-authorized' ? connected : undefined;
  }

  /** Makes the call, and repeats it once with a new token if Salesforce refuses the first. */
  async call<T>(
    appId: string,
    authorizationId: string,
    request: (connection: OrgConnection) => Promise<RpcResult<T>>,
  ): Promise<
    | { readonly kind: 'answered'; readonly value: T }
    | { readonly kind: 'failed'; readonly failure: RpcFailure }
    | NotAuthorized
  > {
    for (let attempt = 1; ; attempt += 1) {
      const connected = await this.connect(appId, authorizationId);
      if (connected.kind === 'not-authorized') return connected;
      const result = await request(connected.connection);
      if (result.ok) return { kind: 'answered', value: result.value };
      this.failed(authorizationId, connected.connection.session, result);
      if (result.kind !== 'reauth' || attempt === 2) return { kind: 'failed', failure: result };
    }
  }

  async #endpoint(appId: string, authorizationId: string): Promise<Endpoint | undefined> {
    const authorization: Authorization | undefined = await this.#ports.authorizations.get(
      appId,
      authorizationId,
    );
    if (authorization === undefined) return undefined;
    const { insecure } = authorization;
    // Also checked where it is used: a tampered record must not send a token to another host.
    const checked = checkPubsubEndpoint(authorization.pubsubEndpoint, {
      insecure,
      allowLoopback: this.#ports.allowLoopback,
    });
    if (!checked.ok) return { address: '', insecure, fault: checked.message };
    return { address: checked.value, insecure };
  }
}

interface Endpoint extends PubSubEndpoint {
  readonly fault?: string;
}

const GONE: NotAuthorized = {
  kind: 'not-authorized',
  cause: 'gone',
  id: 'authorization-gone',
  message: 'The authorization was removed',
};
