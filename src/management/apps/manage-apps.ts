import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import { APPS_MAX, type App } from '../../domain/apps/app.ts';
import type { AppStore, PublishCredentialStore, TokenStore } from '../../domain/apps/app-store.ts';
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { removedResource } from '../../domain/heroku-resources/heroku-resource.ts';
import type { HerokuResourceStore } from '../../domain/heroku-resources/heroku-resource-store.ts';
import { nameFault } from '../../domain/names.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { type RemoveAppPorts, removeApp } from '../../pipeline/upkeep/remove-app.ts';
import { allOrNothing } from '../undo.ts';
import { type IssuedCredential, newPublishCredential } from './publish-credentials.ts';
import { type IssuedToken, newToken } from './tokens.ts';

export interface AppPorts {
  readonly apps: AppStore;
  readonly tokens: TokenStore;
  readonly credentials: PublishCredentialStore;
  readonly authorizations: AuthorizationStore;
  readonly grant: AuthorizationGrant;
  readonly clock: Clock;
}

export type AppCreated = {
  readonly kind: 'created';
  readonly app: App;
  readonly token: IssuedToken;
  readonly publishCredential: IssuedCredential;
  readonly subscribeCredential: IssuedCredential;
};

/** Creates an app with its first API token and its first credentials of each use, without storing them. */
export function newApp(name: string, nowMs: number, label = 'first token'): AppCreated {
  const app: App = { id: newUuid(), name, createdAtMs: nowMs };
  return {
    kind: 'created',
    app,
    token: newToken({ kind: 'app', appId: app.id }, label, nowMs),
    publishCredential: newPublishCredential(app.id, 'publish', nowMs),
    subscribeCredential: newPublishCredential(app.id, 'subscribe', nowMs),
  };
}

/** Creates and stores an app. */
export function createApp(ports: AppPorts, name: string): Promise<AppCreated | Refusal> {
  return storeApp(ports, newApp(name, ports.clock.now()));
}

/** Stores a new app completely or not at all. */
export async function storeApp(
  { apps, tokens, credentials }: Pick<AppPorts, 'apps' | 'tokens' | 'credentials'>,
  made: AppCreated,
): Promise<AppCreated | Refusal> {
  const { app, token, publishCredential, subscribeCredential } = made;
  const { name } = app;
  const fault = nameFault(name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const held = await apps.list();
  if (held.length >= APPS_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${APPS_MAX} apps, found ${held.length}: delete one that is no longer used`,
    );
  }
  return allOrNothing(async (undo): Promise<AppCreated | Refusal> => {
    if ((await apps.create(app)) === 'name-taken') {
      return refuse('name-taken', `an app named ${JSON.stringify(name)} exists: choose another name`);
    }
    // An app without a token would only block its name.
    undo.add(() => apps.remove(app.id));
    await tokens.put(token.token);
    await credentials.put(publishCredential.credential);
    await credentials.put(subscribeCredential.credential);
    return made;
  });
}

export interface DeleteAppPorts extends RemoveAppPorts {
  readonly herokuResources: HerokuResourceStore;
  readonly clock: Clock;
}

/** Revokes the app's grants at Salesforce, and removes the app with everything that it owns. A Heroku resource that the app was made for ends with it. */
export async function deleteApp(ports: DeleteAppPorts, { id: appId }: App): Promise<void> {
  const { herokuResources, clock, log } = ports;
  await removeApp(ports, appId);
  for (;;) {
    const resource = await herokuResources.ofApp(appId);
    // A removal is already in progress, and a request that is provisioning the app will make another one.
    if (resource?.state !== 'active') return;
    if ((await herokuResources.update(removedResource(resource, clock.now()))) !== 'updated') continue;
    log.write('HEROKU_RESOURCE_REMOVED', { appId, uuid: resource.uuid, from: 'active' });
    return;
  }
}
