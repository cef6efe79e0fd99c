import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TokenRenewer } from '../../domain/authorizations/token-source.ts';

export interface RefreshDuePorts {
  readonly authorizations: AuthorizationStore;
  readonly renewer: TokenRenewer;
  readonly clock: Clock;
}

/** Authorizations per minute; the rest are still due in the next minute. */
const AUTHORIZATIONS_PER_RUN_MAX = 200;
/** Concurrent renewals: enough to get through a run within the schedule's minute, few enough for one login host. */
const RENEWED_AT_ONCE_MAX = 10;

/**
 * Renews the authorizations that are due: those that have not been used for a long time, so that their grant does not
 * end, and those that are failing, so that they recover by themselves. Returns how many are now well.
 */
export async function refreshDueAuthorizations(ports: RefreshDuePorts): Promise<number> {
  const { authorizations, renewer, clock } = ports;
  const due = await authorizations.listRefreshDue(clock.now(), AUTHORIZATIONS_PER_RUN_MAX);
  const results = await sideBySide(due, RENEWED_AT_ONCE_MAX, ({ appId, id }) => renewer.renew(appId, id));
  return results.filter(({ kind }) => kind === 'session').length;
}
