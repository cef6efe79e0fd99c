import { randomUUID } from 'node:crypto';
import { type HttpHandler, type HttpResponse, json } from '../salesforce/http.ts';
import { ACCESS_SECONDS, type Platform, type ResourceState } from './platform.ts';
import type { HerokuFaults } from './simulator.ts';

/** `POST /oauth/token` of id.heroku.com. Parameters may be in the form or the query: both are documented. */
export class Identity {
  readonly #platform: Platform;
  readonly #faults: HerokuFaults;
  readonly issued = { exchanged: 0, refreshed: 0 };

  constructor(platform: Platform, faults: HerokuFaults) {
    this.#platform = platform;
    this.#faults = faults;
  }

  readonly handle: HttpHandler = async ({ method, path, query, form }) => {
    if (method !== 'POST' || path !== '/oauth/token') return undefined;
    const faults = this.#faults;
    if (faults.identityDelayMs > 0)
      await new Promise((resolve) => setTimeout(resolve, faults.identityDelayMs));
    if (faults.identityUnavailable > 0) {
      faults.identityUnavailable -= 1;
      return json(503, { id: 'unavailable', message: 'Identity is not available.' });
    }
    const answer = this.#answer(form.size > 0 ? form : query);
    if (answer.status === 200 && faults.identityAnswersLost > 0) {
      faults.identityAnswersLost -= 1;
      return 'cut';
    }
    return answer;
  };

  #answer(fields: URLSearchParams): HttpResponse {
    const { addon, clock, resources } = this.#platform;
    if (fields.get('client_secret') !== addon.clientSecret) {
      return json(401, { id: 'unauthorized', message: 'Invalid client secret.' });
    }
    const all = [...resources.values()];
    switch (fields.get('grant_type')) {
      case 'authorization_code': {
        const code = fields.get('code');
        const resource = all.find(({ grant }) => grant?.code === code);
        const { grant } = resource ?? {};
        if (resource === undefined || grant === undefined || grant.used || grant.expiresAtMs <= clock()) {
          return json(401, { id: 'unauthorized', message: 'Grant is invalid or has expired.' });
        }
        grant.used = true;
        resource.refreshToken = randomUUID();
        this.issued.exchanged += 1;
        return this.#token(resource);
      }
      case 'refresh_token': {
        const token = fields.get('refresh_token');
        const resource = all.find(({ refreshToken }) => refreshToken !== undefined && refreshToken === token);
        if (resource === undefined)
          return json(401, { id: 'unauthorized', message: 'Refresh token is invalid.' });
        if (this.#faults.rotatesRefreshTokens) resource.refreshToken = randomUUID();
        this.issued.refreshed += 1;
        return this.#token(resource);
      }
      default:
        return json(400, { id: 'bad_request', message: 'Unknown grant_type.' });
    }
  }

  #token(resource: ResourceState): HttpResponse {
    const accessToken = randomUUID();
    resource.accessTokens.set(accessToken, this.#platform.clock() + ACCESS_SECONDS * 1_000);
    return json(200, {
      access_token: accessToken,
      expires_in: ACCESS_SECONDS,
      refresh_token: resource.refreshToken,
      token_type: 'Bearer',
      user_id: randomUUID(),
      session_nonce: null,
    });
  }
}
