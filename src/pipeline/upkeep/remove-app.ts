import { sideBySide } from '../../base/side-by-side.ts';
import type { Timers } from '../../base/timers.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-grant.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { Log } from '../../telemetry/logger.ts';

export interface RemoveAppPorts {
  readonly apps: AppStore;
  readonly authorizations: AuthorizationStore;
  readonly grant: Pick<AuthorizationGrant, 'revoke'>;
  readonly timers: Timers;
  readonly log: Log;
}

const REVOKED_AT_ONCE_MAX = 10;
/** None is begun later: the last one may take 15 s more, and a request that removes an app has 29 s. */
export const BEGUN_WITHIN_MS = 8_000;

/** Ends the app's grants at Salesforce, as far as there is time for it, then removes the app and everything kept under it. */
export async function removeApp(ports: RemoveAppPorts, appId: string): Promise<void> {
  const { apps, authorizations, grant, timers, log } = ports;
  const lastBeginMs = timers.elapsedMs() + BEGUN_WITHIN_MS;
  // Each may wait for a Salesforce that does not answer, and whoever asked waits for all of them.
  await sideBySide(await authorizations.list(appId), REVOKED_AT_ONCE_MAX, async (authorization) => {
    if (timers.elapsedMs() <= lastBeginMs) return grant.revoke(authorization);
    const { id, alias } = authorization;
    log.write('AUTHORIZATION_NOT_REVOKED', {
      appId,
      authorizationId: id,
      alias,
      error: 'there was no time left: other orgs did not answer',
    });
  });
  await apps.remove(appId);
}
