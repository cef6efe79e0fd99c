import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import { APPS_MAX, type App } from '../../domain/apps/app.ts';
import type { AppStore, PublishCredentialStore, TokenStore } from '../../domain/apps/app-store.ts';
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { nameFault } from '../../domain/names.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';
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

/** Makes an app with a first API token and first credentials of each use. */
export async function createApp(ports: AppPorts, name: string): Promise<AppCreated | Refusal> {
  const fault = nameFault(name);
  if (fault !== undefined) return refuse('invalid-name', fault);
  const { apps, tokens, credentials, clock } = ports;
  const held = await apps.list();
  if (held.length >= APPS_MAX) {
    return refuse(
      'limit-reached',
      `expected at most ${APPS_MAX} apps, found ${held.length}: delete one that is no longer used`,
    );
  }
  const nowMs = clock.now();
  const app: App = { id: newUuid(), name, createdAtMs: nowMs };
  const token = newToken({ kind: 'app', appId: app.id }, 'first token', nowMs);
  const publishCredential = newPublishCredential(app.id, 'publish', nowMs);
  const subscribeCredential = newPublishCredential(app.id, 'subscribe', nowMs);
  return allOrNothing(async (undo): Promise<AppCreated | Refusal> => {
    if ((await apps.create(app)) === 'name-taken') {
      return refuse('name-taken', `an app named ${JSON.stringify(name)} exists: choose another name`);
    }
    // An app that nobody holds a token of would only keep its name from being used.
    undo.add(() => apps.remove(app.id));
    await tokens.put(token.token);
    await credentials.put(publishCredential.credential);
    await credentials.put(subscribeCredential.credential);
    return { kind: 'created', app, token, publishCredential, subscribeCredential };
  });
}

/** Ends the app's grants at Salesforce, then removes the app and everything kept under it. */
export async function deleteApp(ports: AppPorts, app: App): Promise<void> {
  for (const authorization of await ports.authorizations.list(app.id)) {
    await ports.grant.revoke(authorization);
  }
  await ports.apps.remove(app.id);
}
