import { sha256Hex } from '../../base/ids.ts';
import type { ApiToken, PublishCredential } from '../../domain/apps/app.ts';
import type { PublishCredentialStore, TokenStore } from '../../domain/apps/app-store.ts';
import { publishLoginOf } from '../../domain/apps/publish-url.ts';
import type { HerokuConfigVars } from '../../domain/heroku-resources/heroku-addon.ts';
import {
  type HerokuCredentials,
  type HerokuResource,
  type HerokuRotation,
  herokuSecretContext,
  withDue,
} from '../../domain/heroku-resources/heroku-resource.ts';
import { type HerokuGrantPorts, herokuAccessToken } from './heroku-grant.ts';

export interface HerokuRotationPorts extends HerokuGrantPorts {
  readonly tokens: TokenStore;
  readonly credentials: PublishCredentialStore;
}

/**
 * Heroku restarts every app that has the resource, those of a private space slowly: until then they use the former
 * credentials.
 */
export const FORMER_CREDENTIALS_MS = 2 * 3_600_000;
const SEND_AGAIN_MS = 60_000;
/** While there is no grant, which is asked for each hour. */
const SEND_WITHOUT_GRANT_MS = 3_600_000;

export const CONFIG_VARS_TOKEN_LABEL = 'config vars of Heroku';

/**
 * Activates the next credentials of a resource and sends them to Heroku. Safe to repeat from any point: nothing is sent
 * before it works, and the former credentials end only after Heroku has taken the new ones.
 */
export async function sendNextCredentials(
  ports: HerokuRotationPorts,
  uuid: string,
): Promise<{ readonly kind: 'sent' | 'none' } | { readonly kind: 'waits'; readonly message: string }> {
  const { herokuResources, herokuPlatform, secrets, clock, log } = ports;
  const resource = await herokuResources.get(uuid);
  const sealed = resource?.secrets.nextConfigVars;
  const { rotation } = resource ?? {};
  if (resource?.state !== 'active' || rotation === undefined || rotation.isSent || sealed === undefined) {
    return { kind: 'none' };
  }
  const configVars = JSON.parse(
    await secrets.decrypt(sealed, herokuSecretContext(resource, 'nextConfigVars')),
  ) as HerokuConfigVars; // Only `rotate-credentials.ts` writes it.
  await putInForce(ports, resource, rotation, configVars);
  if ((await herokuResources.get(uuid))?.state !== 'active') {
    // It was removed meanwhile, and what was written after its app went would stay for ever.
    await endCredentials(ports, resource.appId, rotation.next);
    return { kind: 'none' };
  }
  let access = await herokuAccessToken(ports, uuid);
  let answer =
    access.kind === 'token' ? await herokuPlatform.setConfig(uuid, access.accessToken, configVars) : access;
  if (access.kind === 'token' && answer.kind === 'refused' && answer.isUnauthorized) {
    access = await herokuAccessToken(ports, uuid, { refusedToken: access.accessToken });
    answer =
      access.kind === 'token' ? await herokuPlatform.setConfig(uuid, access.accessToken, configVars) : access;
  }
  const isSent = answer.kind === 'done';
  const againMs = access.kind === 'none' ? SEND_WITHOUT_GRANT_MS : SEND_AGAIN_MS;
  await update(ports, uuid, (current) => {
    if (current.rotation?.startedAtMs !== rotation.startedAtMs) return undefined;
    if (!isSent) return { ...current, rotation: { ...rotation, tryAtMs: clock.now() + againMs } };
    const { nextConfigVars: _promoted, ...kept } = current.secrets;
    return {
      ...current,
      secrets: { ...kept, configVars: sealed },
      credentials: rotation.next,
      rotation: { ...rotation, isSent: true, tryAtMs: clock.now() + FORMER_CREDENTIALS_MS },
    };
  });
  const { appId } = resource;
  if (answer.kind === 'done') {
    log.write('HEROKU_CREDENTIALS_ROTATED', { appId, uuid });
    return { kind: 'sent' };
  }
  const message = 'message' in answer ? answer.message : '';
  log.write('HEROKU_CONFIG_NOT_SET', { appId, uuid, reason: message });
  return { kind: 'waits', message };
}

async function putInForce(
  { tokens, credentials }: HerokuRotationPorts,
  { appId }: HerokuResource,
  { next, startedAtMs }: HerokuRotation,
  configVars: HerokuConfigVars,
): Promise<void> {
  const textOf = (end: string) => Object.entries(configVars).find(([name]) => name.endsWith(end))?.[1] ?? '';
  const token: ApiToken = {
    id: next.tokenId,
    scope: { kind: 'app', appId },
    label: CONFIG_VARS_TOKEN_LABEL,
    hash: sha256Hex(textOf('_API_TOKEN')),
    createdAtMs: startedAtMs,
  };
  const credential = (use: 'publish' | 'subscribe', end: string): PublishCredential => {
    const { user, password } = publishLoginOf(textOf(end));
    return { user, appId, use, passwordHash: sha256Hex(password), createdAtMs: startedAtMs };
  };
  await tokens.put(token);
  await credentials.put(credential('publish', '_PUBLISH_URL'));
  await credentials.put(credential('subscribe', '_SUBSCRIBE_URL'));
}

/** Ends the credentials that were replaced. */
export async function endFormerCredentials(
  ports: HerokuRotationPorts,
  resource: HerokuResource,
): Promise<void> {
  const { rotation, appId, uuid } = resource;
  if (rotation === undefined || !rotation.isSent) return;
  await endCredentials(ports, appId, rotation.former);
  await update(ports, uuid, (current) =>
    current.rotation?.startedAtMs === rotation.startedAtMs ? { ...current, rotation: undefined } : undefined,
  );
}

async function endCredentials(
  { tokens, credentials }: HerokuRotationPorts,
  appId: string,
  { tokenId, publishUser, subscribeUser }: HerokuCredentials,
): Promise<void> {
  await tokens.remove({ kind: 'app', appId }, tokenId);
  await credentials.remove(appId, publishUser);
  await credentials.remove(appId, subscribeUser);
}

/** @param change undefined: nothing is to be written */
async function update(
  { herokuResources }: HerokuRotationPorts,
  uuid: string,
  change: (current: HerokuResource) => HerokuResource | undefined,
): Promise<void> {
  for (;;) {
    const current = await herokuResources.get(uuid);
    const changed = current?.state === 'active' ? change(current) : undefined;
    if (changed === undefined || (await herokuResources.update(withDue(changed))) !== 'changed') return;
  }
}
