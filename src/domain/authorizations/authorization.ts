/** An app's permission to act in one Salesforce org, addressed by its alias. */
export interface Authorization {
  readonly id: string;
  readonly appId: string;
  readonly alias: string;
  readonly platform: 'salesforce';
  readonly flow: AuthorizationFlow;
  readonly status: AuthorizationStatus;
  /** Why the authorization is failing or dead, and what to do; for people. */
  readonly reason?: AuthorizationReason | undefined;
  /** Where tokens come from, e.g. `https://login.salesforce.com`; no trailing slash. */
  readonly loginUrl: string;
  readonly clientId: string;
  /** For the JWT bearer flow: the user that the app acts as. */
  readonly username?: string | undefined;
  /** `host:port` of the Pub/Sub API. */
  readonly pubsubEndpoint: string;
  /** Use plain-text gRPC and HTTP; allowed for loopback addresses only. */
  readonly insecure: boolean;
  /** Known once the first token has arrived. */
  readonly instanceUrl?: string | undefined;
  readonly orgId?: string | undefined;
  readonly userId?: string | undefined;
  /** Each secret is encrypted under the authorization's own context (see `SecretBox`). */
  readonly secrets: AuthorizationSecrets;
  /** Describes the token for the org's Data Cloud; present once one has been requested. */
  readonly dataCloud?: DataCloudAccess | undefined;
  /** Present while a browser login is pending: the first one, or one that will replace the credentials in use. */
  readonly pending?: PendingGrant | undefined;
  /** When the access token was last renewed, and when it is due for renewal even if nobody uses it. */
  readonly refreshedAtMs?: number | undefined;
  readonly refreshDueAtMs?: number | undefined;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

/**
 * An idle access token is renewed this often, because Salesforce may end a grant that is unused for 30 days (a setting
 * of the app, mandatory for some). No `refreshDueAtMs` lies further ahead.
 */
export const KEEP_ALIVE_MS = 7 * 86_400_000;

export const AUTHORIZATION_FLOWS = ['web', 'jwt', 'client-credentials', 'sfdx-url'] as const;
export type AuthorizationFlow = (typeof AUTHORIZATION_FLOWS)[number];

/** failing: the last renewal failed but may succeed later; dead: only a person can fix it. */
export const AUTHORIZATION_STATUSES = ['pending', 'active', 'failing', 'dead'] as const;
export type AuthorizationStatus = (typeof AUTHORIZATION_STATUSES)[number];

/** The request fields whose values are never shown. */
export const GIVEN_SECRETS = ['client_secret', 'private_key', 'sfdx_auth_url'] as const;

export interface AuthorizationReason {
  /** Stable, e.g. `refresh-token-expired`. */
  readonly id: string;
  /** What happened and what to do. */
  readonly message: string;
  /** The failure is probably transient: nobody has to fix anything. */
  readonly passing?: boolean;
  readonly atMs: number;
}

export interface AuthorizationSecrets {
  readonly clientSecret?: string | undefined;
  readonly refreshToken?: string | undefined;
  readonly accessToken?: string | undefined;
  /** PEM. */
  readonly privateKey?: string | undefined;
  /** Exchanged for an access token; see `dataCloud`. */
  readonly dataCloudToken?: string | undefined;
}

export interface DataCloudAccess {
  /** Origin of the tenant's endpoint. */
  readonly tenantUrl: string;
  /** When the token is due for replacement. */
  readonly untilMs: number;
  /** The org, instance, user and app of the token. If any of them changes, the authorization stops using it. */
  readonly boundTo: string;
}

export interface PendingGrant {
  /** SHA-256 of the state's nonce. */
  readonly stateHash: string;
  /** PKCE verifier, encrypted. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** The URL that the person's browser has to open. */
  readonly authorizeUrl: string;
  readonly expiresAtMs: number;
  /** Present if the authorization uses its current credentials until the login completes; this then replaces them. */
  readonly replacement?: PendingReplacement | undefined;
  /** Why the last replacement failed. A first login records its failure in the authorization's own reason. */
  readonly reason?: AuthorizationReason | undefined;
}

/** The settings and secrets that a browser login will put into the authorization. */
export interface PendingReplacement
  extends Pick<Authorization, 'loginUrl' | 'clientId' | 'pubsubEndpoint' | 'insecure'> {
  /** Encrypted under the context of the authorization's client secret. */
  readonly clientSecret?: string | undefined;
}

/** What a request to Salesforce needs. Never logged. */
export interface SalesforceSession {
  readonly accessToken: string;
  readonly instanceUrl: string;
  readonly orgId: string;
  readonly userId: string;
}
