import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { isDue } from '../../../base/due.ts';
import { newUuid, randomText, sha256Hex } from '../../../base/ids.ts';
import { unreachable } from '../../../base/unreachable.ts';
import type {
  Authorization,
  AuthorizationFlow,
  AuthorizationReason,
  PendingGrant,
} from '../../../domain/authorizations/authorization.ts';
import type {
  AuthorizationGrant,
  GrantBegun,
  GrantCallback,
  GrantChange,
  GrantCompleted,
  GrantRequest,
} from '../../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../../domain/authorizations/authorization-store.ts';
import {
  type InstallationApp,
  withInstallationApp,
} from '../../../domain/authorizations/installation-app.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import type { SecretBox } from '../../../domain/secret-box.ts';
import type { Log } from '../../../telemetry/logger.ts';
import { checkOrgUrl } from '../../outbound/org-url.ts';
import { endGrant, endToken } from './end-grant.ts';
import {
  checkPubsubEndpoint,
  DEFAULT_LOGIN_URL,
  DEFAULT_PUBSUB_ENDPOINT,
  isSharedLoginHost,
} from './endpoints.ts';
import { type SecretName, secretContext, withIssuedToken } from './issued.ts';
import { parseSfdxAuthUrl } from './sfdx-url.ts';
import {
  authorizeUrl,
  type ClientIdentity,
  newProofKey,
  readPrivateKey,
  type TokenAnswer,
  type TokenClient,
} from './token-client.ts';
import { classifyCallbackError, type TokenFailure } from './token-failure.ts';

export interface GrantPorts {
  readonly authorizations: AuthorizationStore;
  readonly secrets: SecretBox;
  readonly tokens: TokenClient;
  readonly allowLoopback: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** For requests that do not name an app. */
  readonly installationApp?: InstallationApp | undefined;
}

/** How long a person may take to log in, because an administrator may first have to be found. */
const PENDING_MS = 3_600_000;

/** The checked request; its secrets are still plain text. */
interface Draft {
  readonly id: string;
  readonly loginUrl: string;
  readonly pubsubEndpoint: string;
  readonly insecure: boolean;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly clientSecret: string | undefined;
  readonly privateKey: string | undefined;
  readonly refreshToken: string | undefined;
}

/** How an app obtains an authorization of a Salesforce org, and how the authorization ends. */
export class SalesforceGrant implements AuthorizationGrant {
  readonly #ports: GrantPorts;

  constructor(ports: GrantPorts) {
    this.#ports = ports;
  }

  async begin(asked: GrantRequest): Promise<GrantBegun> {
    const request =
      asked.flow === 'sfdx-url' ? asked : withInstallationApp(asked, this.#ports.installationApp);
    const existing = await this.#ports.authorizations.get(request.appId, request.alias);
    // A broken authorization is repaired in place, so that subscriptions and publications keep it.
    if (existing?.status === 'active') {
      return refuse(
        'name-taken',
        `expected a new alias, found ${JSON.stringify(request.alias)}, which is an authorization that works. Replace its credentials with PATCH (sluice events:authorizations:salesforce:update), or choose another alias`,
      );
    }
    const draft = this.#draft(request, existing?.id ?? newUuid());
    if ('kind' in draft) return draft;
    return request.flow === 'web'
      ? this.#beginInBrowser(request, draft, existing)
      : this.#beginAtOnce(request, draft, existing);
  }

  async replace(held: Authorization, change: GrantChange): Promise<GrantBegun> {
    const flow = change.flow ?? held.flow;
    const fault = unusedSecretFault(change, flow);
    if (fault !== undefined) return refuse('unprocessable', fault);
    const request = await this.#changed(held, change, flow);
    const draft = this.#draft(request, held.id);
    if ('kind' in draft) return draft;
    if (flow === 'web') return this.#replaceInBrowser(request, draft, held);
    const answer = checkOrg(held, this.#checkToken(draft, await this.#ask(request, draft)));
    if (answer.kind === 'failed') return refusedBy(answer.failure);
    const record = await this.#record(request, draft, held);
    const active = await withIssuedToken(record, answer.token, this.#ports.secrets, this.#ports.clock.now());
    const stored = await this.#store(active, held);
    if (stored.kind === 'begun') await this.#endReplaced(held, stored.authorization);
    return stored;
  }

  async complete(callback: GrantCallback): Promise<GrantCompleted> {
    const [appId, id, nonce] = decodeState(callback.state);
    const authorization =
      appId === undefined || id === undefined ? undefined : await this.#ports.authorizations.get(appId, id);
    const pending = authorization?.pending;
    if (
      authorization === undefined ||
      pending === undefined ||
      nonce === undefined ||
      !sameText(pending.stateHash, sha256Hex(nonce))
    ) {
      return failed(
        'This login is not one that is waited for: it was completed before, begun anew, or its authorization was removed. Begin the authorization again',
      );
    }
    const nowMs = this.#ports.clock.now();
    if (isDue(pending.expiresAtMs, nowMs, PENDING_MS)) {
      return failed('The login took longer than an hour. Begin the authorization again');
    }
    const { code } = callback;
    if (code === undefined || callback.error !== undefined) {
      const failure = classifyCallbackError(callback.error ?? 'no code', callback.errorDescription ?? '');
      return this.#failPending(authorization, failure);
    }
    const loggedIn = asLoggedIn(authorization, pending);
    const client: ClientIdentity = {
      loginUrl: loggedIn.loginUrl,
      clientId: loggedIn.clientId,
      clientSecret: await this.#open(loggedIn, 'clientSecret', loggedIn.secrets.clientSecret),
    };
    const verifier = await this.#open(authorization, 'codeVerifier', pending.codeVerifier);
    const answer = await this.#ports.tokens.exchangeCode(client, code, pending.redirectUri, verifier ?? '');
    if (answer.kind === 'failed') return this.#failPending(authorization, answer.failure);
    const checked = this.#checkToken(loggedIn, answer);
    const token = pending.replacement === undefined ? checked : checkOrg(authorization, checked);
    if (token.kind === 'failed') {
      // The person has granted it already, and nobody will use it.
      if (checked.kind === 'issued') await endToken(this.#ports, loggedIn, checked.token.refreshToken);
      return this.#failPending(authorization, token.failure);
    }
    if (token.token.refreshToken === undefined) {
      return this.#failPending(authorization, {
        class: 'config',
        id: 'no-refresh-token',
        message:
          'Salesforce gave no refresh token, so the authorization would end with the session. In Salesforce Setup open the app, Settings, OAuth, add the scope "Perform requests at any time (refresh_token)", and authorize again',
      });
    }
    const active = await withIssuedToken(loggedIn, token.token, this.#ports.secrets, nowMs);
    const result = await this.#ports.authorizations.update(active);
    if (result !== 'updated') {
      return failed('The authorization was changed or removed during the login. Begin it again');
    }
    const completed = { ...active, version: active.version + 1 };
    if (pending.replacement !== undefined) await this.#endReplaced(authorization, completed);
    return { kind: 'completed', authorization: completed };
  }

  revoke(authorization: Authorization): Promise<void> {
    return endGrant(this.#ports, authorization);
  }

  /** Only a grant that a person gave needs to be revoked: the new credentials may share sessions of the other flows. */
  async #endReplaced(
    former: Authorization,
    { appId, id, alias, flow, clientId }: Authorization,
  ): Promise<void> {
    this.#ports.log.write('AUTHORIZATION_REPLACED', {
      appId,
      authorizationId: id,
      alias,
      flow,
      clientId,
      formerFlow: former.flow,
      formerClientId: former.clientId,
    });
    if (former.flow === 'web' && former.secrets.refreshToken !== undefined) await this.revoke(former);
  }

  /** What is held, with the change. A secret stays only for the app that it is of, and where it is sent to hosts of the same kind. */
  async #changed(held: Authorization, change: GrantChange, flow: AuthorizationFlow): Promise<GrantRequest> {
    const { secrets } = held;
    const clientId = change.clientId ?? held.clientId;
    const clientSecret =
      change.clientSecret ??
      (clientId === held.clientId && !leavesItsHosts(held, change)
        ? await this.#open(held, 'clientSecret', secrets.clientSecret)
        : undefined);
    return {
      appId: held.appId,
      alias: held.alias,
      flow,
      // An SFDX URL names its own host.
      loginUrl: change.loginUrl ?? (flow === 'sfdx-url' ? undefined : held.loginUrl),
      clientId,
      clientSecret,
      privateKey: change.privateKey ?? (await this.#open(held, 'privateKey', secrets.privateKey)),
      username: change.username ?? held.username,
      sfdxAuthUrl: change.sfdxAuthUrl,
      pubsubEndpoint: change.pubsubEndpoint ?? held.pubsubEndpoint,
      insecure: change.insecure ?? held.insecure,
      redirectUri: change.redirectUri,
    };
  }

  #draft(request: GrantRequest, id: string): Draft | Refusal {
    const imported = request.flow === 'sfdx-url' ? parseSfdxAuthUrl(request.sfdxAuthUrl ?? '') : undefined;
    if (request.flow === 'sfdx-url' && imported === undefined) {
      return refuse(
        'unprocessable',
        'sfdx_auth_url: expected what "sf org display --verbose" shows as "Sfdx Auth Url" (force://…@…), found something else',
      );
    }
    const insecure = request.insecure ?? false;
    const reach = { insecure, allowLoopback: this.#ports.allowLoopback };
    const login = checkOrgUrl(
      request.loginUrl ?? importedLoginUrl(imported?.instanceHost, insecure) ?? DEFAULT_LOGIN_URL,
      reach,
    );
    if (!login.ok) return refuse('invalid-url', `login_url: ${login.message}`);
    // Otherwise an org's session would be sent in plain text to whatever listens on this machine.
    if (insecure && login.value.startsWith('https:')) {
      return refuse(
        'unprocessable',
        `login_url: expected a simulated org on a loopback address with "insecure", such as http://127.0.0.1:8081, found ${login.value}`,
      );
    }
    if (insecure && request.pubsubEndpoint === undefined) {
      return refuse(
        'unprocessable',
        'pubsub_endpoint: expected the host and port of a simulated org with "insecure", which is for loopback addresses only, found none',
      );
    }
    const pubsub = checkPubsubEndpoint(request.pubsubEndpoint ?? DEFAULT_PUBSUB_ENDPOINT, reach);
    if (!pubsub.ok) return refuse('invalid-url', `pubsub_endpoint: ${pubsub.message}`);
    const clientId = imported?.clientId ?? request.clientId ?? '';
    const fault =
      clientId === ''
        ? 'client_id: expected the consumer key of an External Client App, found none, and this installation has none of its own. docs/salesforce.md says how to make one'
        : flowFault(request, login.value);
    if (fault !== undefined) return refuse('unprocessable', fault);
    return {
      id,
      loginUrl: login.value,
      pubsubEndpoint: pubsub.value,
      insecure,
      clientId,
      username: request.flow === 'jwt' ? request.username : undefined,
      clientSecret: imported === undefined ? request.clientSecret : imported.clientSecret,
      privateKey: request.flow === 'jwt' ? request.privateKey : undefined,
      refreshToken: imported?.refreshToken,
    };
  }

  async #beginInBrowser(
    request: GrantRequest,
    draft: Draft,
    existing: Authorization | undefined,
  ): Promise<GrantBegun> {
    const record = await this.#record(request, draft, existing);
    const pending = await this.#pendingLogin(request, draft);
    return this.#store({ ...record, status: 'pending', pending }, existing);
  }

  /** The authorization keeps working with its current credentials until the login is done. */
  async #replaceInBrowser(request: GrantRequest, draft: Draft, held: Authorization): Promise<GrantBegun> {
    const { loginUrl, clientId, pubsubEndpoint, insecure, secrets } = await this.#record(
      request,
      draft,
      held,
    );
    const replacement = { loginUrl, clientId, pubsubEndpoint, insecure, clientSecret: secrets.clientSecret };
    const pending = await this.#pendingLogin(request, draft);
    return this.#store({ ...held, pending: { ...pending, replacement } }, held);
  }

  async #pendingLogin({ appId, redirectUri }: GrantRequest, draft: Draft): Promise<PendingGrant> {
    const { secrets, clock } = this.#ports;
    const nonce = randomText(32);
    const proof = newProofKey();
    return {
      stateHash: sha256Hex(nonce),
      codeVerifier: await secrets.encrypt(
        proof.verifier,
        secretContext({ appId, id: draft.id }, 'codeVerifier'),
      ),
      redirectUri,
      authorizeUrl: authorizeUrl(draft, redirectUri, encodeState(appId, draft.id, nonce), proof.challenge),
      expiresAtMs: clock.now() + PENDING_MS,
    };
  }

  async #beginAtOnce(
    request: GrantRequest,
    draft: Draft,
    existing: Authorization | undefined,
  ): Promise<GrantBegun> {
    const answer = this.#checkToken(draft, await this.#ask(request, draft));
    if (answer.kind === 'failed') return refusedBy(answer.failure);
    const record = await this.#record(request, draft, existing);
    const active = await withIssuedToken(record, answer.token, this.#ports.secrets, this.#ports.clock.now());
    return this.#store(active, existing);
  }

  async #ask(request: GrantRequest, draft: Draft): Promise<TokenAnswer> {
    const { tokens } = this.#ports;
    switch (request.flow) {
      case 'jwt': {
        const key = readPrivateKey(draft.privateKey ?? '');
        // `#draft` has checked both.
        if (key === undefined || draft.username === undefined) throw new Error('expected a checked draft');
        return tokens.jwtBearer(draft, draft.username, key);
      }
      case 'client-credentials':
        return tokens.clientCredentials(draft);
      case 'sfdx-url':
        return tokens.refresh(draft, draft.refreshToken ?? '');
      case 'web':
        throw new Error('expected a flow without a browser, found web');
      default:
        return unreachable(request.flow);
    }
  }

  #checkToken(target: { readonly insecure: boolean }, answer: TokenAnswer): TokenAnswer {
    if (answer.kind === 'failed') return answer;
    const checked = checkOrgUrl(answer.token.instanceUrl, {
      insecure: target.insecure,
      allowLoopback: this.#ports.allowLoopback,
    });
    if (checked.ok) return { kind: 'issued', token: { ...answer.token, instanceUrl: checked.value } };
    return {
      kind: 'failed',
      failure: {
        class: 'config',
        id: 'instance-url',
        message: `Salesforce named an instance that is not to be trusted: ${checked.message}`,
      },
    };
  }

  async #record(
    request: GrantRequest,
    draft: Draft,
    existing: Authorization | undefined,
  ): Promise<Authorization> {
    const { secrets, clock } = this.#ports;
    const owner = { appId: request.appId, id: draft.id };
    const seal = async (name: SecretName, plaintext: string | undefined) =>
      plaintext === undefined || plaintext === ''
        ? undefined
        : secrets.encrypt(plaintext, secretContext(owner, name));
    const [clientSecret, privateKey, refreshToken] = await Promise.all([
      seal('clientSecret', draft.clientSecret),
      seal('privateKey', draft.privateKey),
      seal('refreshToken', draft.refreshToken),
    ]);
    return {
      id: draft.id,
      appId: request.appId,
      alias: request.alias,
      platform: 'salesforce',
      flow: request.flow,
      status: 'active',
      loginUrl: draft.loginUrl,
      clientId: draft.clientId,
      username: draft.username,
      pubsubEndpoint: draft.pubsubEndpoint,
      insecure: draft.insecure,
      secrets: { clientSecret, privateKey, refreshToken },
      createdAtMs: existing?.createdAtMs ?? clock.now(),
      version: existing?.version ?? 1,
    };
  }

  async #store(authorization: Authorization, existing: Authorization | undefined): Promise<GrantBegun> {
    const { authorizations } = this.#ports;
    if (existing === undefined) {
      const created = await authorizations.create(authorization);
      if (created === 'created') return { kind: 'begun', authorization };
      await this.revoke(authorization);
      return refuse('name-taken', `the alias ${JSON.stringify(authorization.alias)} was just taken`);
    }
    const updated = await authorizations.update(authorization);
    if (updated === 'updated') {
      return { kind: 'begun', authorization: { ...authorization, version: authorization.version + 1 } };
    }
    return refuse('try-again', 'the authorization was changed at the same moment; try again');
  }

  async #failPending(authorization: Authorization, failure: TokenFailure): Promise<GrantCompleted> {
    const { pending } = authorization;
    const reason: AuthorizationReason = {
      id: failure.id,
      message: failure.message,
      atMs: this.#ports.clock.now(),
    };
    // It stays pending: the person may correct the mistake and open the same URL again. A failed login does not change
    // the state of an authorization that still works.
    await this.#ports.authorizations.update(
      pending?.replacement === undefined
        ? { ...authorization, reason }
        : { ...authorization, pending: { ...pending, reason } },
    );
    return failed(failure.message);
  }

  async #open(
    authorization: Authorization,
    name: SecretName,
    ciphertext: string | undefined,
  ): Promise<string | undefined> {
    return ciphertext === undefined
      ? undefined
      : this.#ports.secrets.decrypt(ciphertext, secretContext(authorization, name));
  }
}

function refusedBy({ class: kind, message }: TokenFailure): Refusal {
  return refuse(kind === 'transient' ? 'salesforce-unreachable' : 'authorization-refused', message);
}

/** The authorization as it is after the login, without the token. */
function asLoggedIn(authorization: Authorization, { replacement }: PendingGrant): Authorization {
  if (replacement === undefined) return { ...authorization, pending: undefined };
  const { clientSecret, ...settings } = replacement;
  return {
    ...authorization,
    ...settings,
    flow: 'web',
    username: undefined,
    secrets: { clientSecret },
    pending: undefined,
  };
}

/** Replay ids, cursors and topics belong to an org, so credentials of another org cannot replace its own. */
function checkOrg(held: Authorization, answer: TokenAnswer): TokenAnswer {
  if (answer.kind === 'failed' || held.orgId === undefined || answer.token.orgId === held.orgId)
    return answer;
  const found = orgName(answer.token.instanceUrl, answer.token.orgId);
  return {
    kind: 'failed',
    failure: {
      class: 'config',
      id: 'another-org',
      message: `expected credentials of the org ${orgName(held.instanceUrl, held.orgId)}, found those of ${found}. For another org, make another authorization`,
    },
  };
}

function orgName(instanceUrl: string | undefined, orgId: string): string {
  return instanceUrl === undefined ? orgId : `${new URL(instanceUrl).host} (${orgId})`;
}

/** Describes a secret that the flow would not use. */
function unusedSecretFault(change: GrantChange, flow: AuthorizationFlow): string | undefined {
  const unused = (
    [
      ['private_key', change.privateKey, 'jwt'],
      ['username', change.username, 'jwt'],
      ['sfdx_auth_url', change.sfdxAuthUrl, 'sfdx-url'],
    ] as const
  ).find(([, value, of]) => value !== undefined && of !== flow);
  return unused && `${unused[0]}: expected only with the flow ${unused[2]}, found it with ${flow}`;
}

/** Salesforce's own hosts trust one another. A simulated org is whatever listens on a port of this machine. */
function leavesItsHosts(held: Authorization, { loginUrl, insecure }: GrantChange): boolean {
  if (insecure !== undefined && insecure !== held.insecure) return true;
  return held.insecure && loginUrl !== undefined && loginUrl !== held.loginUrl;
}

/** Describes what the flow lacks. */
function flowFault(request: GrantRequest, loginUrl: string): string | undefined {
  switch (request.flow) {
    case 'web':
    case 'sfdx-url':
      return undefined;
    case 'jwt':
      if (request.username === undefined || request.username === '') {
        return 'username: expected the name of the Salesforce user to act as, found none';
      }
      return readPrivateKey(request.privateKey ?? '') === undefined
        ? 'private_key: expected an RSA private key in PEM (-----BEGIN PRIVATE KEY-----), found something else'
        : undefined;
    case 'client-credentials':
      if (request.clientSecret === undefined || request.clientSecret === '') {
        return 'client_secret: expected the consumer secret of the app, found none';
      }
      return isSharedLoginHost(loginUrl)
        ? `login_url: expected the org’s My Domain for client credentials, e.g. https://mydomain.my.salesforce.com, found ${loginUrl}`
        : undefined;
    default:
      return unreachable(request.flow);
  }
}

function importedLoginUrl(host: string | undefined, insecure: boolean): string | undefined {
  return host === undefined ? undefined : `${insecure ? 'http' : 'https'}://${host}`;
}

/** The callback does not name the app, so the state does. Only the nonce is secret. */
function encodeState(appId: string, authorizationId: string, nonce: string): string {
  return `${appId}.${authorizationId}.${nonce}`;
}

function decodeState(state: string): readonly (string | undefined)[] {
  return state.length > 500 ? [] : state.split('.');
}

function sameText(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}

function failed(message: string): GrantCompleted {
  return { kind: 'failed', message };
}
