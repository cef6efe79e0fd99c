import { createHash, createHmac, timingSafeEqual, verify } from 'node:crypto';
import { parseBase64, parseBase64Url } from '../../../src/base/base64.ts';
import { decodePercent } from '../../../src/base/percent.ts';
import { keepNewest } from '../bounded-map.ts';
import { takeFault } from '../faults.ts';
import {
  escapeHtml,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  html,
  json,
  redirect,
} from '../http.ts';
import { parseObject } from '../json.ts';
import { sameId } from '../org/ids.ts';
import type { Org } from '../org/org.ts';
import { randomText } from '../random.ts';
import { type App, publicKeyOf } from './apps.ts';
import type { Session } from './tokens.ts';

export interface OAuthOptions {
  /** Approves without showing the page. */
  readonly autoApprove: boolean;
  readonly baseUrl: () => string;
}

interface Code {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string;
  readonly expiresAt: number;
}

/** An authorization code lives for 15 minutes. */
const CODE_LIFE_MS = 15 * 60_000;

/** An assertion may be valid for a few minutes only; a little more is granted for clocks that differ. */
const ASSERTION_LIFE_MAX_MS = 8 * 60_000;

const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** The most login pages and codes that may be pending at once. */
const OPEN_MAX = 1000;

function oauthError(error: string, description: string, status = 400): HttpResponse {
  return json(status, { error, error_description: description }, { 'cache-control': 'no-store' });
}

function sameText(left: string, right: string): boolean {
  const one = createHash('sha256').update(left).digest();
  const other = createHash('sha256').update(right).digest();
  return timingSafeEqual(one, other);
}

export class OAuth {
  readonly #org: Org;
  readonly #options: OAuthOptions;
  readonly #codes = new Map<string, Code>();
  /** The requests behind the consent pages, so that "Allow" cannot be sent for a request that was not shown. */
  readonly #consents = new Map<string, URLSearchParams>();

  constructor(org: Org, options: OAuthOptions) {
    this.#org = org;
    this.#options = options;
  }

  readonly handle: HttpHandler = (request) => {
    switch (request.path) {
      case '/services/oauth2/authorize':
        return this.#authorize(request.method === 'POST' ? request.form : request.query);
      case '/services/oauth2/consent':
        return this.#consent(request);
      case '/services/oauth2/token':
        return this.#token(request);
      case '/services/oauth2/revoke':
        return this.#revoke(request);
      case '/services/oauth2/introspect':
        return this.#introspect(request);
      case '/services/oauth2/userinfo':
        return this.#identity(request);
      case '/.well-known/openid-configuration':
        return this.#discovery();
      default:
        return request.path.startsWith('/id/') ? this.#identity(request) : undefined;
    }
  };

  /** The session of a request's bearer token, or of the token in its query as old clients send it. */
  session(request: HttpRequest): Session | undefined {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const isBearer = scheme !== undefined && /^(bearer|oauth)$/i.test(scheme);
    const given = isBearer
      ? token
      : (request.query.get('oauth_token') ?? request.form.get('access_token') ?? undefined);
    return given === undefined ? undefined : this.#org.tokens.use(given);
  }

  tokenResponse(session: Session, refreshToken: string | undefined): Record<string, string> {
    const id = `${this.#options.baseUrl()}/id/${this.#org.id}/${session.userId}`;
    const issuedAt = String(session.issuedAt);
    const secret = this.#org.apps.get(session.clientId)?.clientSecret ?? '';
    return {
      access_token: session.token,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      signature: createHmac('sha256', secret)
        .update(id + issuedAt)
        .digest('base64'),
      scope: session.scope,
      instance_url: this.#options.baseUrl(),
      id,
      token_type: 'Bearer',
      issued_at: issuedAt,
    };
  }

  #authorize(query: URLSearchParams): HttpResponse {
    const app = this.#org.apps.get(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (app === undefined) return this.#errorPage('invalid_client_id', 'client identifier invalid');
    if (this.#org.faults.appNotInstalled)
      return this.#errorPage('invalid_client', 'app must be installed into org');
    const allowed =
      app.callbackUrls.length === 0 ? URL.canParse(redirectUri) : app.callbackUrls.includes(redirectUri);
    if (!allowed) return this.#errorPage('redirect_uri_mismatch', 'redirect_uri must match configuration');
    const back = (error: string, description: string) =>
      this.#back(redirectUri, query, { error, error_description: description });
    if (query.get('response_type') !== 'code')
      return back('unsupported_response_type', 'response type not supported');
    const challenge = query.get('code_challenge') ?? '';
    if (app.requirePkce && challenge === '')
      return back('invalid_request', 'missing required code challenge');
    const challengeMethod = query.get('code_challenge_method') ?? 'S256';
    if (challenge !== '' && (challengeMethod !== 'S256' || !/^[A-Za-z0-9_-]{43}$/.test(challenge)))
      return back('invalid_request', 'invalid code challenge');
    if (this.#org.faults.ipBlocked) return back('access_denied', 'ip restricted');
    if (this.#org.faults.inactiveUser) return back('inactive_user', 'user is inactive');
    const scope = this.#scopeOf(app, query.get('scope'));
    if (scope === undefined) return back('invalid_scope', 'the requested scope is not allowed');
    if (this.#options.autoApprove) return this.#approved(query);
    const ticket = randomText(this.#org.random, 32);
    keepNewest(this.#consents, OPEN_MAX);
    this.#consents.set(ticket, query);
    return this.#consentPage(app, ticket, scope);
  }

  #consentPage(app: App, ticket: string, scope: string): HttpResponse {
    const { user, name } = this.#org;
    const scopes = scope.split(' ').map((item) => `<li>${escapeHtml(item)}</li>`);
    return html(
      200,
      'Allow Access?',
      `<p>This is the login page of a simulated org, <b>${escapeHtml(name)}</b>. You are <b>${escapeHtml(user.username)}</b>.</p>
<p><b>${escapeHtml(app.name)}</b> is asking to:</p><ul>${scopes.join('')}</ul>
<form method="post" action="/services/oauth2/consent"><input type="hidden" name="ticket" value="${ticket}">
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>`,
    );
  }

  #consent(request: HttpRequest): HttpResponse {
    const ticket = request.form.get('ticket') ?? '';
    const query = this.#consents.get(ticket);
    this.#consents.delete(ticket);
    if (request.method !== 'POST' || query === undefined)
      return this.#errorPage('invalid_request', 'the login page has expired; start again');
    if (request.form.get('decision') === 'allow') return this.#approved(query);
    return this.#back(query.get('redirect_uri') ?? '', query, {
      error: 'access_denied',
      error_description: 'end-user denied authorization',
    });
  }

  #approved(query: URLSearchParams): HttpResponse {
    const app = this.#org.apps.get(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri') ?? '';
    if (app === undefined) return this.#errorPage('invalid_client_id', 'client identifier invalid');
    const code = `aPrx${randomText(this.#org.random, 76)}==`;
    keepNewest(this.#codes, OPEN_MAX);
    this.#codes.set(code, {
      clientId: app.clientId,
      redirectUri,
      scope: this.#scopeOf(app, query.get('scope')) ?? '',
      challenge: query.get('code_challenge') ?? '',
      expiresAt: this.#org.clock() + CODE_LIFE_MS,
    });
    return this.#back(redirectUri, query, { code });
  }

  #back(redirectUri: string, query: URLSearchParams, values: Record<string, string>): HttpResponse {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    const state = query.get('state');
    if (state !== null) url.searchParams.set('state', state);
    return redirect(url.href);
  }

  #errorPage(error: string, description: string): HttpResponse {
    const code = `error=${error}&error_description=${description}`;
    return html(
      400,
      'OAuth Error',
      `<p>OAUTH_APPROVAL_ERROR_GENERIC</p><p>We can't authorize you because of an OAuth error.</p><p>${escapeHtml(code)}</p>`,
    );
  }

  /** The scopes granted: those asked for if the app has them all, by default all that the app has. */
  #scopeOf(app: App, asked: string | null): string | undefined {
    if (asked === null || asked.trim() === '') return app.scopes.join(' ');
    const wanted = asked
      .trim()
      .split(/\s+/)
      .map((item) => (item === 'offline_access' ? 'refresh_token' : item));
    const granted = app.scopes.includes('full') ? wanted : wanted.filter((item) => app.scopes.includes(item));
    return granted.length === wanted.length ? granted.join(' ') : undefined;
  }

  #token(request: HttpRequest): HttpResponse | 'cut' {
    const { faults } = this.#org;
    if (request.method !== 'POST') return oauthError('invalid_request', 'must use HTTP POST');
    if (takeFault(faults, 'nextUnknownError')) return oauthError('unknown_error', 'retry your request');
    if (takeFault(faults, 'nextRateLimitExceeded'))
      return oauthError('rate_limit_exceeded', 'login rate exceeded');
    const { form } = request;
    const basic = basicCredentials(request.headers.authorization);
    const clientId = form.get('client_id') ?? basic?.[0] ?? '';
    const secret = form.get('client_secret') ?? basic?.[1];
    const grantType = form.get('grant_type') ?? '';
    if (grantType === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return this.#jwtBearer(form);
    const app = this.#org.apps.get(clientId);
    if (app === undefined) return oauthError('invalid_client_id', 'client identifier invalid');
    if (faults.appNotInstalled) return oauthError('invalid_client', 'app must be installed into org');
    if (secret !== undefined && !sameText(secret, app.clientSecret))
      return oauthError('invalid_client', 'invalid client credentials');
    if (faults.inactiveOrg) return oauthError('inactive_org', 'organization is inactive');
    if (faults.inactiveUser) return oauthError('inactive_user', 'user is inactive');
    switch (grantType) {
      case 'authorization_code':
        return this.#exchange(app, form, secret !== undefined);
      case 'refresh_token':
        return this.#refresh(app, form, secret !== undefined);
      case 'client_credentials':
        if (secret === undefined) return oauthError('invalid_client', 'invalid client credentials');
        if (!app.clientCredentials) return oauthError('invalid_grant', 'no client credentials user enabled');
        return json(
          200,
          this.tokenResponse(
            this.#org.tokens.openSession(app.clientId, this.#org.user.id, withoutRefresh(app.scopes)),
            undefined,
          ),
        );
      default:
        return oauthError('unsupported_grant_type', 'grant type not supported');
    }
  }

  #exchange(app: App, form: URLSearchParams, hasSecret: boolean): HttpResponse {
    const code = form.get('code') ?? '';
    const known = this.#codes.get(code);
    this.#codes.delete(code); // valid for one use, whatever the result
    if (known === undefined || known.clientId !== app.clientId)
      return oauthError('invalid_grant', 'invalid authorization code');
    if (known.expiresAt <= this.#org.clock())
      return oauthError('invalid_grant', 'expired authorization code');
    if (form.get('redirect_uri') !== known.redirectUri)
      return oauthError('redirect_uri_mismatch', 'redirect_uri must match configuration');
    const verifier = form.get('code_verifier');
    if (known.challenge === '' && !hasSecret)
      return oauthError('invalid_client', 'client secret or code verifier required');
    if (known.challenge !== '') {
      // old clients send verifiers of more than 128 characters; Salesforce's rule is RFC 7636's
      if (verifier === null) return oauthError('invalid_grant', 'missing code verifier');
      if (!VERIFIER.test(verifier)) return oauthError('invalid_grant', 'invalid code verifier');
      const hash = createHash('sha256').update(verifier).digest('base64url');
      if (hash !== known.challenge) return oauthError('invalid_grant', 'invalid code verifier');
    }
    if (!known.scope.split(' ').includes('refresh_token')) {
      return json(
        200,
        this.tokenResponse(
          this.#org.tokens.openSession(app.clientId, this.#org.user.id, known.scope),
          undefined,
        ),
      );
    }
    const { session, refreshToken } = this.#org.tokens.approve(app.clientId, this.#org.user.id, known.scope);
    return json(200, this.tokenResponse(session, refreshToken));
  }

  #refresh(app: App, form: URLSearchParams, hasSecret: boolean): HttpResponse | 'cut' {
    if (app.requireSecretForRefresh && !hasSecret)
      return oauthError('invalid_client', 'invalid client credentials');
    if (this.#org.faults.ipBlocked) return oauthError('invalid_grant', 'ip restricted');
    const refreshed = this.#org.tokens.refresh(
      form.get('refresh_token') ?? '',
      app.clientId,
      app.rotateRefreshTokens,
      app.refreshIdleMs,
    );
    if (refreshed.kind === 'refused') {
      return oauthError(
        'invalid_grant',
        refreshed.reason === 'other app' ? 'authentication failure' : 'expired access/refresh token',
      );
    }
    if (takeFault(this.#org.faults, 'nextRefreshLostAnswers')) return 'cut';
    return json(
      200,
      this.tokenResponse(refreshed.session, refreshed.rotated ? refreshed.refreshToken : undefined),
    );
  }

  #jwtBearer(form: URLSearchParams): HttpResponse {
    const parts = (form.get('assertion') ?? '').split('.');
    const [head, body, signature] = parts;
    if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined)
      return oauthError('invalid_grant', 'invalid assertion');
    const header = parseObject(parseBase64Url(head)?.toString('utf8') ?? '');
    const claims = parseObject(parseBase64Url(body)?.toString('utf8') ?? '');
    const signed = parseBase64Url(signature);
    if (header?.['alg'] !== 'RS256' || claims === undefined)
      return oauthError('invalid_grant', 'invalid assertion');
    const app = this.#org.apps.get(String(claims['iss'] ?? ''));
    if (app === undefined) return oauthError('invalid_client_id', 'client identifier invalid');
    if (this.#org.faults.appNotInstalled)
      return oauthError('invalid_client', 'app must be installed into org');
    const key = publicKeyOf(app);
    if (key === undefined)
      return oauthError('invalid_grant', "app isn't configured for JWT bearer: no certificate");
    if (signed === undefined || !verify('sha256', Buffer.from(`${head}.${body}`), key, signed))
      return oauthError('invalid_grant', 'invalid assertion');
    if (!this.#isOurAudience(String(claims['aud'] ?? '')))
      return oauthError('invalid_grant', 'Audience validation failed');
    const expires = claims['exp'];
    const now = this.#org.clock();
    if (typeof expires !== 'number' || expires * 1000 <= now)
      return oauthError('invalid_grant', 'assertion expired');
    if (expires * 1000 > now + ASSERTION_LIFE_MAX_MS)
      return oauthError('invalid_grant', 'assertion is valid for too long');
    if (this.#org.faults.inactiveOrg) return oauthError('inactive_org', 'organization is inactive');
    if (this.#org.faults.inactiveUser) return oauthError('inactive_user', 'user is inactive');
    if (this.#org.faults.ipBlocked) return oauthError('invalid_grant', 'ip restricted');
    if (claims['sub'] !== this.#org.user.username)
      return oauthError('invalid_grant', "user hasn't approved this consumer");
    return json(
      200,
      this.tokenResponse(
        this.#org.tokens.openSession(app.clientId, this.#org.user.id, withoutRefresh(app.scopes)),
        undefined,
      ),
    );
  }

  /** Real audiences are accepted too, because some clients do not let the user choose one. */
  #isOurAudience(audience: string): boolean {
    const known = [this.#options.baseUrl(), 'https://login.salesforce.com', 'https://test.salesforce.com'];
    if (known.some((url) => audience === url || audience === `${url}/`)) return true;
    if (!URL.canParse(audience) || !URL.canParse(this.#options.baseUrl())) return false;
    const { hostname, port } = new URL(audience);
    return (
      port === new URL(this.#options.baseUrl()).port && (hostname === 'localhost' || hostname === '127.0.0.1')
    );
  }

  #revoke(request: HttpRequest): HttpResponse {
    const token = request.form.get('token') ?? request.query.get('token') ?? '';
    return this.#org.tokens.revoke(token)
      ? { status: 200 }
      : oauthError('unsupported_token_type', 'this token is not supported');
  }

  #introspect(request: HttpRequest): HttpResponse {
    const { form } = request;
    const basic = basicCredentials(request.headers.authorization);
    const app = this.#org.apps.get(form.get('client_id') ?? basic?.[0] ?? '');
    const secret = form.get('client_secret') ?? basic?.[1] ?? '';
    if (app === undefined || !sameText(secret, app.clientSecret))
      return oauthError('invalid_client', 'invalid client credentials', 401);
    const token = form.get('token') ?? '';
    const session = this.#org.tokens.peek(token);
    const common = {
      active: true,
      client_id: app.clientId,
      username: this.#org.user.username,
      sub: `${this.#options.baseUrl()}/id/${this.#org.id}/${this.#org.user.id}`,
    };
    if (session !== undefined && session.clientId === app.clientId) {
      const seconds = (at: number) => Math.floor(at / 1000);
      return json(200, {
        ...common,
        scope: session.scope,
        token_type: 'access_token',
        iat: seconds(session.issuedAt),
        nbf: seconds(session.issuedAt),
        exp: seconds(this.#org.tokens.expiresAt(session)),
      });
    }
    const grant = this.#org.tokens.refreshTokenInfo(token);
    if (grant !== undefined && grant.clientId === app.clientId)
      return json(200, { ...common, scope: grant.scope, token_type: 'refresh_token' });
    return json(200, { active: false });
  }

  #identity(request: HttpRequest): HttpResponse {
    const session = this.session(request);
    if (session === undefined)
      return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'Bad_OAuth_Token' };
    const { user, id: orgId } = this.#org;
    const base = this.#options.baseUrl();
    const isUserInfo = request.path === '/services/oauth2/userinfo';
    const parts = request.path.split('/');
    if (!isUserInfo && (!sameId(parts[2] ?? '', orgId) || !sameId(parts[3] ?? '', user.id)))
      return { status: 404, body: 'Bad_Id' };
    const urls = {
      rest: `${base}/services/data/v{version}/`,
      sobjects: `${base}/services/data/v{version}/sobjects/`,
      query: `${base}/services/data/v{version}/query/`,
    };
    return json(200, {
      ...(isUserInfo
        ? { sub: `${base}/id/${orgId}/${user.id}` }
        : { id: `${base}/id/${orgId}/${user.id}`, asserted_user: true }),
      user_id: user.id,
      organization_id: orgId,
      ...(isUserInfo
        ? { preferred_username: user.username }
        : { username: user.username, display_name: user.name }),
      nickname: 'integration',
      name: user.name,
      email: user.email,
      email_verified: true,
      user_type: 'STANDARD',
      language: 'en_US',
      locale: 'en_US',
      zoneinfo: 'Etc/UTC',
      active: true,
      urls,
    });
  }

  #discovery(): HttpResponse {
    const base = this.#options.baseUrl();
    const at = (name: string) => `${base}/services/oauth2/${name}`;
    return json(200, {
      issuer: base,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
      userinfo_endpoint: at('userinfo'),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    });
  }
}

function withoutRefresh(scopes: readonly string[]): string {
  return scopes.filter((scope) => scope !== 'refresh_token').join(' ');
}

function basicCredentials(header: string | undefined): [string, string] | undefined {
  const encoded = /^basic (.+)$/i.exec(header ?? '')?.[1];
  const text = encoded === undefined ? undefined : parseBase64(encoded)?.toString('utf8');
  if (text === undefined) return undefined;
  const [user, password] = [text.split(':', 1)[0] ?? '', text.slice(text.indexOf(':') + 1)].map(
    decodePercent,
  );
  return user === undefined || password === undefined ? undefined : [user, password];
}
