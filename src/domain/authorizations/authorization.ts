/** An app's grant to act in one Salesforce org, addressed by its alias. */
export interface Authorization {
  readonly id: string;
  readonly appId: string;
  readonly alias: string;
  readonly platform: 'salesforce';
  readonly flow: AuthorizationFlow;
  readonly status: AuthorizationStatus;
  /** Why it is failing or dead, and what to do: for people. */
  readonly reason?: AuthorizationReason | undefined;
  /** Where tokens come from, e.g. `https://login.salesforce.com`; no trailing slash. */
  readonly loginUrl: string;
  readonly clientId: string;
  /** For the JWT bearer flow: the user the app acts as. */
  readonly username?: string | undefined;
  /** `host:port` of the Pub/Sub API. */
  readonly pubsubEndpoint: string;
  /** Plain-text gRPC and http; allowed for loopback addresses only. */
  readonly insecure: boolean;
  /** Known once the first token came. */
  readonly instanceUrl?: string | undefined;
  readonly orgId?: string | undefined;
  readonly userId?: string | undefined;
  /** Each encrypted under the authorization's own context (see `SecretBox`). */
  readonly secrets: AuthorizationSecrets;
  /** Of the token for the org's Data Cloud, once somebody has asked for one. */
  readonly dataCloud?: DataCloudAccess | undefined;
  /** Present while a login in the browser is awaited: the first one, or one that is to replace the credentials in use. */
  readonly pending?: PendingGrant | undefined;
  /** When the access token was last renewed, and when it is to be renewed even if nobody asks. */
  readonly refreshedAtMs?: number | undefined;
  readonly refreshDueAtMs?: number | undefined;
  readonly createdAtMs: number;
  /** Grows with every write; a write names the version it read. */
  readonly version: number;
}

/**
 * An access token is renewed so often even when nobody asks: a grant that is not used for 30 days may end (a setting of the app,
 * required of some). No `refreshDueAtMs` is set further ahead.
 */
export const KEEP_ALIVE_MS = 7 * 86_400_000;

export const AUTHORIZATION_FLOWS = ['web', 'jwt', 'client-credentials', 'sfdx-url'] as const;
export type AuthorizationFlow = (typeof AUTHORIZATION_FLOWS)[number];

/** failing: the last renewal failed but may succeed later; dead: only a person can mend it. */
export const AUTHORIZATION_STATUSES = ['pending', 'active', 'failing', 'dead'] as const;
export type AuthorizationStatus = (typeof AUTHORIZATION_STATUSES)[number];

/** What a request may give that is never shown, by its names there. */
export const GIVEN_SECRETS = ['client_secret', 'private_key', 'sfdx_auth_url'] as const;

export interface AuthorizationReason {
  /** Stable, e.g. `refresh-token-expired`. */
  readonly id: string;
  /** What happened and what to do. */
  readonly message: string;
  /** It may well be over in a moment: nobody has to mend anything. */
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
  /** When the token is to be replaced. */
  readonly untilMs: number;
  /** Of which org, instance, user and app it is: with others it is none of the authorization's. */
  readonly boundTo: string;
}

export interface PendingGrant {
  /** SHA-256 of the state's nonce. */
  readonly stateHash: string;
  /** PKCE verifier, encrypted. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** Where the person's browser is to go. */
  readonly authorizeUrl: string;
  readonly expiresAtMs: number;
  /** Present when the authorization keeps what it has until the login is done; this then takes its place. */
  readonly replacement?: PendingReplacement | undefined;
  /** Why the last attempt to replace failed; a first login has it in the authorization's own reason. */
  readonly reason?: AuthorizationReason | undefined;
}

/** What a login in the browser will put in place of the settings and secrets of an authorization. */
export interface PendingReplacement
  extends Pick<Authorization, 'loginUrl' | 'clientId' | 'pubsubEndpoint' | 'insecure'> {
  /** Encrypted under the context of the authorization's client secret. */
  readonly clientSecret?: string | undefined;
}

/** What a caller of Salesforce needs for one request. Never logged. */
export interface SalesforceSession {
  readonly accessToken: string;
  readonly instanceUrl: string;
  readonly orgId: string;
  readonly userId: string;
}
