import type { SecretContext } from '../secret-box.ts';

/**
 * An add-on resource, which Heroku requested for `heroku addons:create`; one of our apps belongs to it. It outlives the
 * app as a record without secrets, so that a late request learns that the resource is gone.
 */
export interface HerokuResource {
  /** The resource's id at Heroku and here; lower case. */
  readonly uuid: string;
  /** The app that was created for it. */
  readonly appId: string;
  /** Heroku's name for the add-on in its request, such as `herokuevents-horizontal-01234`; empty if it gave none. */
  readonly addonName: string;
  /** The prefix of the config vars; absent in older records. */
  readonly configVarsPrefix?: string | undefined;
  /** Without the slug: `test`. */
  readonly plan: string;
  /** As Heroku wrote it: `amazon-web-services::us-east-1`. */
  readonly region: string;
  readonly state: HerokuResourceState;
  /** Ciphertexts by name; `herokuSecretContext` has the context of each. Empty in a removed resource. */
  readonly secrets: { readonly [N in HerokuSecretName]?: string | undefined };
  readonly grant: HerokuGrant;
  /** The ids of the credentials in the config vars. */
  readonly credentials: HerokuCredentials;
  /** Credentials that are being replaced, or were replaced recently. */
  readonly rotation?: HerokuRotation | undefined;
  /** The request that creates the app may be running until then; afterwards a repeat of it takes over. */
  readonly busyUntilMs?: number | undefined;
  /** A process may be requesting an access token until then: one at a time, across all processes. */
  readonly grantBusyUntilMs?: number | undefined;
  /** When the schedule has to check the resource. */
  readonly dueAtMs?: number | undefined;
  readonly createdAtMs: number;
  readonly removedAtMs?: number | undefined;
  /** When the record of a removed resource is deleted. */
  readonly forgetAtMs?: number | undefined;
  readonly version: number;
}

/**
 * provisioning: the app is being created. active: Heroku has been told that it is ready. removing: Heroku requested
 * removal, and parts of the app may remain. removed: the app is gone.
 */
export type HerokuResourceState = 'provisioning' | 'active' | 'removing' | 'removed';

/**
 * configVars: JSON of names and values, as sent to Heroku. logInputUrl: where log lines for the owning app go; includes
 * the password. grantCode: not exchanged yet. The tokens are for Heroku's Platform API.
 */
export type HerokuSecretName =
  | 'configVars'
  | 'nextConfigVars'
  | 'logInputUrl'
  | 'grantCode'
  | 'accessToken'
  | 'refreshToken';

/** Our right to manage the resource through Heroku's Platform API. Heroku issues only one per resource. */
export type HerokuGrant =
  /** Heroku sent none. */
  | { readonly state: 'none' }
  /** The code has to be exchanged before it expires. `tryAtMs`: when the schedule does so. */
  | { readonly state: 'waiting'; readonly codeExpiresAtMs: number; readonly tryAtMs: number }
  /** `tryAtMs`: when the schedule refreshes the access token. */
  | { readonly state: 'granted'; readonly accessExpiresAtMs: number; readonly tryAtMs: number }
  /**
   * Events still flow, but the config vars, and the logs of apps that attached the resource, are out of reach:
   * permanently without `tryAtMs`. With it, Heroku is asked again, because perhaps only our client secret was wrong.
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
  /** The credentials that the config vars will hold, or already hold. */
  readonly next: HerokuCredentials;
  readonly former: HerokuCredentials;
  readonly startedAtMs: number;
  /**
   * Whether Heroku has accepted the new config vars: the former credentials then end at `tryAtMs`. Until then,
   * `tryAtMs` is when the config vars are sent again.
   */
  readonly isSent: boolean;
  readonly tryAtMs: number;
}

/** Derives `dueAtMs` from the other fields. Every write of a resource goes through here. */
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

/** What remains of a resource: enough to say that it is gone. */
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
  // The next config vars share the current ones' context, so they can replace them without re-encryption.
  return { appId, resourceId: uuid, secret: name === 'nextConfigVars' ? 'configVars' : name };
}

/** Heroku abandons a resource that is not ready by then. */
export const HEROKU_PROVISIONING_MS_MAX = 12 * 3_600_000;
/** No `dueAtMs` lies further ahead: a token lives for eight hours, and this leaves room for longer ones. */
export const HEROKU_LOOK_AHEAD_MS_MAX = 7 * 86_400_000;
/** How long a removed resource is remembered: Heroku repeats requests for hours, and people look for it even later. */
export const HEROKU_REMOVED_KEPT_MS = 365 * 86_400_000;
