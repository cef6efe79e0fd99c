import { isDue } from '../../base/due.ts';
import type { App } from '../../domain/apps/app.ts';
import { publishUrl } from '../../domain/apps/publish-url.ts';
import { quoted } from '../../domain/fields.ts';
import type { HerokuAddon, HerokuConfigVars } from '../../domain/heroku-resources/heroku-addon.ts';
import {
  type HerokuCredentials,
  type HerokuGrant,
  type HerokuResource,
  type HerokuSecretName,
  herokuSecretContext,
  removedResource,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { nameFault } from '../../domain/names.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { herokuAccessToken } from '../../pipeline/upkeep/heroku-grant.ts';
import { CONFIG_VARS_TOKEN_LABEL, type HerokuRotationPorts } from '../../pipeline/upkeep/heroku-rotation.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import { type AppCreated, type AppPorts, newApp, storeApp } from '../apps/manage-apps.ts';

export interface HerokuResourcePorts extends AppPorts, HerokuRotationPorts {
  /** The public URL of this API, without a trailing slash. */
  readonly publicApiUrl: string;
  /** The base of publish and subscribe URLs, without user and password. */
  readonly publishBaseUrl: string;
}

/** Heroku's request. */
export interface ProvisionRequest {
  readonly uuid: string;
  readonly addonName: string;
  readonly plan: string;
  readonly region: string;
  readonly grant: { readonly code: string; readonly expiresAtMs: number } | undefined;
  readonly logInputUrl: string | undefined;
}

export type Provisioned =
  /** `configVars` are the same for each repeat until they are rotated. */
  | { readonly kind: 'provisioned'; readonly resource: HerokuResource; readonly configVars: HerokuConfigVars }
  /** The resource was removed or is being removed. */
  | { readonly kind: 'gone' }
  /** Another request is still creating it. */
  | { readonly kind: 'busy' }
  | Refusal;

/** An API request has 29 s; one that is still unfinished after this time is dead. */
const BUSY_MS = 30_000;
const BUSY_POLL_MS = 100;
/** Heroku wants an answer within three seconds and gives up after 25. */
const WAIT_FOR_ANOTHER_MS = 8_000;
/** How long the answer waits for the grant's exchange; a slower exchange continues in the background. */
const EXCHANGE_WAIT_MS = 1_500;
/** Longer than any exchange, so that the schedule does not use a code that is already in use. */
const EXCHANGE_BY_SCHEDULE_MS = 30_000;

/**
 * Creates an app for a Heroku resource. Heroku's requests are at-least-once: however many arrive, even concurrently,
 * and wherever a process dies, there is one app and every answer is the same. The record is written first, with all
 * secrets of the answer; a request that finds an unfinished record creates the app again.
 */
export async function provision(
  ports: HerokuResourcePorts,
  addon: HerokuAddon,
  request: ProvisionRequest,
): Promise<Provisioned> {
  const { herokuResources, clock, timers } = ports;
  const fault = planFault(addon, request.plan) ?? regionFault(addon, request.region);
  if (fault !== undefined) return fault;
  const giveUpAtMs = timers.elapsedMs() + WAIT_FOR_ANOTHER_MS;
  for (;;) {
    const stored = await herokuResources.get(request.uuid);
    if (stored?.state === 'active') return answerOf(ports, stored);
    if (stored !== undefined && stored.state !== 'provisioning') return { kind: 'gone' };
    if (stored === undefined || isDue(stored.busyUntilMs ?? 0, clock.now(), BUSY_MS)) {
      const made = await begin(ports, addon, request, stored);
      const outcome = made === undefined ? undefined : await finish(ports, made);
      if (outcome !== undefined) return outcome;
    } else if (timers.elapsedMs() >= giveUpAtMs) {
      return { kind: 'busy' };
    } else {
      await timers.sleep(BUSY_POLL_MS);
    }
  }
}

interface Making {
  readonly resource: HerokuResource;
  readonly app: AppCreated;
  readonly configVars: HerokuConfigVars;
}

/** Claims the resource for this request; undefined if another request was first. */
async function begin(
  ports: HerokuResourcePorts,
  addon: HerokuAddon,
  request: ProvisionRequest,
  stored: HerokuResource | undefined,
): Promise<Making | undefined> {
  const { herokuResources, secrets, clock } = ports;
  const { uuid, addonName, plan, region, logInputUrl } = request;
  const nowMs = clock.now();
  const app = newApp(appNames(request)[0] ?? uuid, nowMs, CONFIG_VARS_TOKEN_LABEL);
  const configVars = configVarsOf(ports, addon, app);
  const identity = { appId: app.app.id, uuid };
  const seal = async (name: HerokuSecretName, text: string | undefined) =>
    text === undefined ? {} : { [name]: await secrets.encrypt(text, herokuSecretContext(identity, name)) };
  const resource = withDue({
    ...identity,
    addonName,
    configVarsPrefix: addon.configVarsPrefix,
    plan,
    region,
    state: 'provisioning',
    secrets: {
      ...(await seal('configVars', JSON.stringify(configVars))),
      ...(await seal('logInputUrl', logInputUrl)),
      ...(await seal('grantCode', request.grant?.code)),
    },
    grant: grantOf(request, nowMs),
    credentials: credentialsOf(app),
    busyUntilMs: nowMs + BUSY_MS,
    createdAtMs: stored?.createdAtMs ?? nowMs,
    version: stored?.version ?? 1,
  });
  if (stored === undefined) {
    return (await herokuResources.create(resource)) === 'created' ? { resource, app, configVars } : undefined;
  }
  if ((await herokuResources.update(resource)) !== 'updated') return undefined;
  // Removes what the previous request may have created of the app.
  await ports.apps.remove(stored.appId);
  return { resource: { ...resource, version: resource.version + 1 }, app, configVars };
}

/** Creates the app; undefined if the resource was removed or taken over meanwhile and has to be read again. */
async function finish(
  ports: HerokuResourcePorts,
  { resource, app, configVars }: Making,
): Promise<Provisioned | undefined> {
  const { herokuResources, clock, log } = ports;
  const { uuid, appId } = resource;
  const stored = await storeUnderFreeName(ports, app, resource);
  if (stored.kind === 'refused') {
    // Heroku drops a refused resource and never reuses its uuid.
    await herokuResources.update(removedResource(resource, clock.now()));
    return stored;
  }
  let active = withDue({ ...resource, state: 'active', busyUntilMs: undefined });
  while ((await herokuResources.update(active)) !== 'updated') {
    const current = await herokuResources.get(uuid);
    if (current?.state !== 'provisioning' || current.appId !== appId) {
      await ports.apps.remove(appId);
      return undefined;
    }
    // Only its plan was changed.
    active = withDue({ ...current, state: 'active', busyUntilMs: undefined });
  }
  log.write('HEROKU_RESOURCE_PROVISIONED', { appId, uuid, plan: active.plan, region: active.region });
  if (active.grant.state === 'waiting') await exchangeInBackground(ports, active);
  return { kind: 'provisioned', resource: active, configVars };
}

/** Names the app like Heroku's add-on, or similarly if that name is taken or invalid. */
async function storeUnderFreeName(
  ports: HerokuResourcePorts,
  made: AppCreated,
  resource: HerokuResource,
): Promise<AppCreated | Refusal> {
  let outcome: AppCreated | Refusal | undefined;
  for (const name of appNames(resource)) {
    const app: App = { ...made.app, name };
    outcome = await storeApp(ports, { ...made, app });
    if (outcome.kind === 'created' || outcome.id !== 'name-taken') return outcome;
  }
  return outcome ?? refuse('name-taken', 'expected a name for the app that is free, found none');
}

function appNames({ uuid, addonName }: Pick<HerokuResource, 'uuid' | 'addonName'>): readonly string[] {
  const names = [addonName, `${addonName}-${uuid.slice(0, 8)}`, `heroku-${uuid}`];
  return names.filter((name) => nameFault(name) === undefined);
}

/**
 * The code expires after five minutes, so it is exchanged at once. The answer waits for that only briefly; the exchange
 * then continues in the background, and the schedule does what remains (a function may be frozen once it has answered).
 */
async function exchangeInBackground(
  ports: HerokuResourcePorts,
  { uuid, appId }: HerokuResource,
): Promise<void> {
  const isDone = new AbortController();
  const exchange = herokuAccessToken(ports, uuid)
    .then(
      () => undefined,
      (error: unknown) => {
        // The resource exists and the code is stored, so the schedule retries.
        ports.log.write('HEROKU_GRANT_FAILING', {
          appId,
          uuid,
          ...describeError(error, { messages: false }),
        });
      },
    )
    .finally(() => isDone.abort());
  await Promise.race([exchange, ports.timers.sleep(EXCHANGE_WAIT_MS, isDone.signal)]);
}

async function answerOf(ports: HerokuResourcePorts, resource: HerokuResource): Promise<Provisioned> {
  const sealed = resource.secrets.configVars;
  // If an administrator has deleted the app, the config vars would lead nowhere.
  if (sealed === undefined || (await ports.apps.get(resource.appId)) === undefined) return { kind: 'gone' };
  const text = await ports.secrets.decrypt(sealed, herokuSecretContext(resource, 'configVars'));
  // Only this file and `rotate-credentials.ts` write this text.
  return { kind: 'provisioned', resource, configVars: JSON.parse(text) as HerokuConfigVars };
}

export function configVarsOf(
  { publicApiUrl, publishBaseUrl }: Pick<HerokuResourcePorts, 'publicApiUrl' | 'publishBaseUrl'>,
  { configVarsPrefix: prefix }: HerokuAddon,
  { app, token, publishCredential, subscribeCredential }: Omit<AppCreated, 'kind'>,
): HerokuConfigVars {
  const url = ({ credential: { user }, password }: AppCreated['publishCredential']) =>
    publishUrl(publishBaseUrl, { user, password });
  return {
    [`${prefix}_API_URL`]: `${publicApiUrl}/v1/tenants/${app.id}`,
    [`${prefix}_API_TOKEN`]: token.secret,
    [`${prefix}_PUBLISH_URL`]: url(publishCredential),
    [`${prefix}_SUBSCRIBE_URL`]: url(subscribeCredential),
  };
}

export function credentialsOf({
  token,
  publishCredential,
  subscribeCredential,
}: Omit<AppCreated, 'kind'>): HerokuCredentials {
  return {
    tokenId: token.token.id,
    publishUser: publishCredential.credential.user,
    subscribeUser: subscribeCredential.credential.user,
  };
}

function grantOf({ grant }: ProvisionRequest, nowMs: number): HerokuGrant {
  if (grant === undefined) return { state: 'none' };
  return { state: 'waiting', codeExpiresAtMs: grant.expiresAtMs, tryAtMs: nowMs + EXCHANGE_BY_SCHEDULE_MS };
}

export function planFault({ plans }: HerokuAddon, plan: string): Refusal | undefined {
  if (plans.includes(plan)) return undefined;
  return refuse(
    'unprocessable',
    `expected a plan of this add-on (${plans.join(', ')}), found ${quoted(plan)}`,
  );
}

/** Such as `amazon-web-services::us-east-1`; Heroku decides which regions exist. */
const REGION = /^[a-z0-9-]{1,60}::[a-z0-9-]{1,60}$/;

function regionFault({ regions }: HerokuAddon, region: string): Refusal | undefined {
  if (REGION.test(region) && (regions.includes('*') || regions.includes(region))) return undefined;
  const expected = regions.includes('*')
    ? 'such as amazon-web-services::us-east-1'
    : `(${regions.join(', ')})`;
  return refuse('unprocessable', `expected a region of this add-on ${expected}, found ${quoted(region)}`);
}
