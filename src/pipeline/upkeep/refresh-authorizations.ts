import type { Clock } from '../../base/clock.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import type { TokenRenewer } from '../../domain/authorizations/token-source.ts';

export interface RefreshDuePorts {
  readonly authorizations: AuthorizationStore;
  readonly renewer: TokenRenewer;
  readonly clock: Clock;
}

/** Authorizations of one minute; what does not fit is still due in the next. */
const AUTHORIZATIONS_PER_RUN_MAX = 200;
/** Side by side: enough to get through a run within the schedule's minute, few enough for one login host. */
const RENEWED_AT_ONCE_MAX = 10;

/**
 * Renews the authorizations whose time has come: those that nobody used for long, so that their grant does not end, and
 * those that are failing, so that they heal by themselves. Answers how many are well now.
 */
export async function refreshDueAuthorizations(ports: RefreshDuePorts): Promise<number> {
  const { authorizations, renewer, clock } = ports;
  const due = await authorizations.listRefreshDue(clock.now(), AUTHORIZATIONS_PER_RUN_MAX);
  const results = await sideBySide(due, RENEWED_AT_ONCE_MAX, ({ appId, id }) => renewer.renew(appId, id));
  return results.filter(({ kind }) => kind === 'session').length;
}
