import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { APPS_MAX, type App } from '../../domain/apps/app.ts';
import type { AppStore, PublishCredentialStore, TokenStore } from '../../domain/apps/app-store.ts';
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { nameFault } from '../../domain/names.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
import { allOrNothing } from '../undo.ts';
import { type IssuedCredential, newPublishCredential } from './publish-credentials.ts';
import { type IssuedToken, newToken } from './tokens.ts';

const REVOKED_AT_ONCE_MAX = 10;

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

/** Revokes the app's grants at Salesforce, then removes the app and everything stored under it. */
export async function deleteApp(ports: AppPorts, app: App): Promise<void> {
  const authorizations = await ports.authorizations.list(app.id);
  // Run concurrently, since each may wait for an unresponsive Salesforce and the caller waits for all of them.
  await sideBySide(authorizations, REVOKED_AT_ONCE_MAX, (each) => ports.grant.revoke(each));
  await ports.apps.remove(app.id);
}
