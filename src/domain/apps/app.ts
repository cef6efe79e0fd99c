/** The tenant: owns everything else. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** How long what has ended is kept; as the installation keeps it, when absent. */
  readonly retentionMs?: number | undefined;
}

/** A bearer token of the management API. Only its SHA-256 is stored. */
export interface ApiToken {
  readonly id: string;
  /** `admin` may do everything; an app's token only what lies under its app. */
  readonly scope: TokenScope;
  /** What the owner calls it, for the list. */
  readonly label: string;
  readonly hash: string;
  readonly createdAtMs: number;
}
export type TokenScope = { readonly kind: 'admin' } | { readonly kind: 'app'; readonly appId: string };

/** User and password of the publish URL, or of the subscribe URL. The password is random, so its SHA-256 is enough. */
export interface PublishCredential {
  /** Absent in older records: `publish`. */
  readonly use?: CredentialUse | 'inbound' | undefined;
  /** Of an inbound address, which is its own user and password: the subscription that it opens. */
  readonly subscriptionName?: string | undefined;
  readonly user: string;
  readonly appId: string;
  readonly passwordHash: string;
  readonly createdAtMs: number;
}

/** publish: for the publish URL; subscribe: for the subscribe URL, from which events are pulled. */
export const CREDENTIAL_USES = ['publish', 'subscribe'] as const;
export type CredentialUse = (typeof CREDENTIAL_USES)[number];

export function useOf({ use = 'publish' }: PublishCredential): CredentialUse | 'inbound' {
  return use;
}

/** An app holds at most two of each use, so that a new one can be put in use before the old one is withdrawn. */
export const PUBLISH_CREDENTIALS_MAX = 2;
/** Generous for people and scripts; keeps the list one page. */
export const TOKENS_PER_APP_MAX = 50;
export const TOKEN_LABEL_LENGTH_MAX = 100;
/** Far above what one team has; keeps the list one page. */
export const APPS_MAX = 1_000;
