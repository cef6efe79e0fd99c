import type { SecretContext } from '../secret-box.ts';

/**
 * An add-on resource: Heroku asked for it by `heroku addons:create`, and one app of ours belongs to it. It outlives the app as a record
 * without secrets, so that a request that comes late is told that the resource is gone.
 */
export interface HerokuResource {
  /** Heroku's id of the resource, and ours: lower case. */
  readonly uuid: string;
  /** Of the app that was made for it. */
  readonly appId: string;
  /** What Heroku called the add-on when it asked for it, such as `herokuevents-horizontal-01234`; empty when it did not say. */
  readonly addonName: string;
  /** Without the slug: `test`. */
  readonly plan: string;
  /** As Heroku wrote it: `amazon-web-services::us-east-1`. */
  readonly region: string;
  readonly state: HerokuResourceState;
  /** Ciphertexts by name; `herokuSecretContext` has the context of each. None in a resource that was removed. */
  readonly secrets: { readonly [N in HerokuSecretName]?: string | undefined };
  readonly grant: HerokuGrant;
  /** What the config vars hold: ids only. */
  readonly credentials: HerokuCredentials;
  /** Credentials that are being replaced, or were replaced a short time ago. */
  readonly rotation?: HerokuRotation | undefined;
  /** Until when the request that makes the app may be at work; later, a repeat of it takes over. */
  readonly busyUntilMs?: number | undefined;
  /** Until when somebody may be asking for an access token: one at a time, over all processes. */
  readonly grantBusyUntilMs?: number | undefined;
  /** When the schedule has to look at it. */
  readonly dueAtMs?: number | undefined;
  readonly createdAtMs: number;
  readonly removedAtMs?: number | undefined;
  /** When the record of a removed resource is forgotten. */
  readonly forgetAtMs?: number | undefined;
  readonly version: number;
}

/**
 * provisioning: the app is being made. active: Heroku was told that it is there. removing: Heroku wants it gone, and the app may
 * still be there in part. removed: the app is gone.
 */
export type HerokuResourceState = 'provisioning' | 'active' | 'removing' | 'removed';

/**
 * configVars: JSON of name and value, as Heroku was told. logInputUrl: where lines for the log of the owning app go; with its
 * password. grantCode: not exchanged yet. The tokens are for Heroku's Platform API.
 */
export type HerokuSecretName =
  | 'configVars'
  | 'nextConfigVars'
  | 'logInputUrl'
  | 'grantCode'
  | 'accessToken'
  | 'refreshToken';

/** Our right to speak about the resource with Heroku's Platform API. */
export type HerokuGrant =
  /** Heroku gave none. */
  | { readonly state: 'none' }
  /** The code is to be exchanged before it expires. */
  | { readonly state: 'waiting'; readonly codeExpiresAtMs: number }
  | { readonly state: 'granted'; readonly accessExpiresAtMs: number }
  /** Heroku gives one grant for a resource: events go on, but its config vars and logs of other apps are out of reach. */
  | { readonly state: 'lost'; readonly reason: string; readonly atMs: number };

export interface HerokuCredentials {
  readonly tokenId: string;
  readonly publishUser: string;
  readonly subscribeUser: string;
}

export interface HerokuRotation {
  /** Those that are to be in the config vars, or are. */
  readonly next: HerokuCredentials;
  readonly former: HerokuCredentials;
  /** When the former end: set once Heroku has taken the new config vars. */
  readonly formerEndAtMs?: number | undefined;
}

export function herokuSecretContext(
  { appId, uuid }: Pick<HerokuResource, 'appId' | 'uuid'>,
  name: HerokuSecretName,
): SecretContext {
  // The next ones become the present ones as they are, without being encrypted anew.
  return { appId, resourceId: uuid, secret: name === 'nextConfigVars' ? 'configVars' : name };
}

/** As far ahead as the schedule's look at a resource is ever set: a refresh of a token of eight hours, with room for longer ones. */
export const HEROKU_LOOK_AHEAD_MS_MAX = 7 * 86_400_000;
/** How long it is known that a resource was removed: Heroku repeats requests for hours, people look for longer. */
export const HEROKU_REMOVED_KEPT_MS = 365 * 86_400_000;
