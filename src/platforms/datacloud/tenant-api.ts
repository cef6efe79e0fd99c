import type { IngestTarget } from '../../domain/authorizations/ingest-directory.ts';
import type { Http, HttpAnswer } from './http.ts';
import { LIMIT_RETRY_AFTER_MS } from './ingest-limits.ts';
import type { TenantRate } from './tenant-rate.ts';
import type { TenantSessionResult, TenantTokens } from './tenant-tokens.ts';

export interface TenantCall {
  readonly method: 'POST' | 'DELETE';
  readonly target: IngestTarget;
  /** Only validates the records: nothing is stored. */
  readonly isTest?: boolean;
  readonly body: string;
}

export type TenantAnswer = HttpAnswer | Extract<TenantSessionResult, { kind: 'failed' }>;

/** Bodies are small, and an answer only says that the records were accepted. */
const TIMEOUT_MS = 15_000;

/**
 * The streaming Ingestion API of an org's Data Cloud. When a token is refused, it is renewed and the request is
 * repeated once.
 */
export class TenantApi {
  readonly #tokens: TenantTokens;
  readonly #http: Http;
  readonly #rate: TenantRate | undefined;

  /** @param rate the rate limit that all processes share; requests made on behalf of a person need none */
  constructor(tokens: TenantTokens, http: Http, rate?: TenantRate) {
    this.#tokens = tokens;
    this.#http = http;
    this.#rate = rate;
  }

  async call(appId: string, authorizationId: string, call: TenantCall): Promise<TenantAnswer> {
    const first = await this.#tokens.session(appId, authorizationId);
    if (first.kind === 'failed') return first;
    const answer = await this.#request(appId, first.session, call);
    if (answer.kind !== 'answer' || answer.status !== 401) return answer;
    const second = await this.#tokens.session(appId, authorizationId, first.session.token);
    return second.kind === 'failed' ? second : this.#request(appId, second.session, call);
  }

  async #request(
    appId: string,
    { token, tenantUrl }: { readonly token: string; readonly tenantUrl: string },
    { method, target: { connector, object }, isTest = false, body }: TenantCall,
  ): Promise<TenantAnswer> {
    const room = await this.#rate?.take(tenantUrl);
    if (room?.kind === 'limited') {
      return {
        kind: 'failed',
        errorId: 'rate-limited',
        message:
          'Data Cloud takes 250 requests a second of an org, and this one would be more; it is made later',
        retryAfterMs: room.retryAfterMs,
      };
    }
    const path = `/api/v1/ingest/sources/${encodeURIComponent(connector)}/${encodeURIComponent(object)}`;
    const answer = await this.#http({
      appId,
      method,
      url: `${tenantUrl}${path}${isTest ? '/actions/test' : ''}`,
      token,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'answer' && answer.status === 429) {
      this.#rate?.refused(tenantUrl, answer.retryAfterMs ?? LIMIT_RETRY_AFTER_MS);
    }
    return answer;
  }
}
