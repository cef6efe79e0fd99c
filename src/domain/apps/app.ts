/** The tenant; it owns everything else. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** How long ended deliveries, history and last events are retained; absent: the installation's retention applies. */
  readonly retentionMs?: number | undefined;
}

/** A bearer token of the management API. Only its SHA-256 is stored. */
export interface ApiToken {
  readonly id: string;
  /** `admin` may do everything; an app's token is limited to its app. */
  readonly scope: TokenScope;
  /** The owner's name for the token, shown in the list. */
  readonly label: string;
  readonly hash: string;
  readonly createdAtMs: number;
}
export type TokenScope = { readonly kind: 'admin' } | { readonly kind: 'app'; readonly appId: string };

/** User and password of the publish URL or the subscribe URL. The password is random, so its SHA-256 suffices. */
export interface PublishCredential {
  /** Absent in older records, where it means `publish`. */
  readonly use?: CredentialUse | 'inbound' | undefined;
  /** Set for an inbound address, which serves as both user and password: the subscription that it opens. */
  readonly subscriptionName?: string | undefined;
  readonly user: string;
  readonly appId: string;
  readonly passwordHash: string;
  readonly createdAtMs: number;
}

/** publish: for the publish URL; subscribe: for the subscribe URL, where events are pulled. */
export const CREDENTIAL_USES = ['publish', 'subscribe'] as const;
export type CredentialUse = (typeof CREDENTIAL_USES)[number];

export function useOf({ use = 'publish' }: PublishCredential): CredentialUse | 'inbound' {
  return use;
}

/** An app has at most two credentials of each use, so that a new one can be deployed before the old one is revoked. */
export const PUBLISH_CREDENTIALS_MAX = 2;
/** Generous for people and scripts; limits the list to one page. */
export const TOKENS_PER_APP_MAX = 50;
export const TOKEN_LABEL_LENGTH_MAX = 100;
/** Far more than one team has; limits the list to one page. */
export const APPS_MAX = 1_000;
