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
  /** What the config vars begin with; absent in records from before it was kept. */
  readonly configVarsPrefix?: string | undefined;
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

/** Our right to speak about the resource with Heroku's Platform API. Heroku gives one for a resource, and no second. */
export type HerokuGrant =
  /** Heroku sent none. */
  | { readonly state: 'none' }
  /** The code is to be exchanged before it expires. `tryAtMs`: when the schedule does that. */
  | { readonly state: 'waiting'; readonly codeExpiresAtMs: number; readonly tryAtMs: number }
  /** `tryAtMs`: when the schedule refreshes the access token. */
  | { readonly state: 'granted'; readonly accessExpiresAtMs: number; readonly tryAtMs: number }
  /**
   * Events go on, but the config vars, and the logs of apps that attached the resource, are out of reach. Without `tryAtMs` for good;
   * with it, Heroku is asked again, because it was perhaps our client secret that was wrong.
   */
  | {
      readonly state: 'lost';
      readonly reason: string;
      readonly atMs: number;
      readonly tryAtMs?: number | undefined;
    };

export interface HerokuCredentials {
  readonly tokenId: string;
  readonly publishUser: string;
  readonly subscribeUser: string;
}

export interface HerokuRotation {
  /** Those that are to be in the config vars, or are. */
  readonly next: HerokuCredentials;
  readonly former: HerokuCredentials;
  readonly startedAtMs: number;
  /** Heroku has taken the new config vars: the former credentials end at `tryAtMs`. Before, `tryAtMs` is when they are sent again. */
  readonly isSent: boolean;
  readonly tryAtMs: number;
}

/** The resource with `dueAtMs` as the rest of it says. Every write of a resource goes through here. */
export function withDue(resource: HerokuResource): HerokuResource {
  return { ...resource, dueAtMs: dueAtMsOf(resource) };
}

function dueAtMsOf({ state, createdAtMs, busyUntilMs, grant, rotation }: HerokuResource): number | undefined {
  switch (state) {
    case 'provisioning':
      return createdAtMs + HEROKU_PROVISIONING_MS_MAX;
    case 'removing':
      return busyUntilMs;
    case 'removed':
      return undefined;
    case 'active': {
      const times = ['tryAtMs' in grant ? grant.tryAtMs : undefined, rotation?.tryAtMs];
      const due = times.filter((time) => time !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    }
  }
}

/** What stays of a resource: enough to say that it is gone. */
export function removedResource(resource: HerokuResource, nowMs: number): HerokuResource {
  const { uuid, appId, addonName, plan, region, credentials, createdAtMs, version } = resource;
  return {
    uuid,
    appId,
    addonName,
    plan,
    region,
    state: 'removed',
    secrets: {},
    grant: { state: 'none' },
    credentials,
    createdAtMs,
    removedAtMs: nowMs,
    forgetAtMs: nowMs + HEROKU_REMOVED_KEPT_MS,
    version,
  };
}

export function herokuSecretContext(
  { appId, uuid }: Pick<HerokuResource, 'appId' | 'uuid'>,
  name: HerokuSecretName,
): SecretContext {
  // The next ones become the present ones as they are, without being encrypted anew.
  return { appId, resourceId: uuid, secret: name === 'nextConfigVars' ? 'configVars' : name };
}

/** Heroku gives up a resource that is not made by then. */
export const HEROKU_PROVISIONING_MS_MAX = 12 * 3_600_000;
/** As far ahead as the schedule's look at a resource is ever set: a refresh of a token of eight hours, with room for longer ones. */
export const HEROKU_LOOK_AHEAD_MS_MAX = 7 * 86_400_000;
/** How long it is known that a resource was removed: Heroku repeats requests for hours, people look for longer. */
export const HEROKU_REMOVED_KEPT_MS = 365 * 86_400_000;
