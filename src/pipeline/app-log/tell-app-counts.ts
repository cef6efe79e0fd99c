import type { AppCountStore } from '../../domain/app-log/app-count-store.ts';
import type { AppLog } from './app-log.ts';

/** Apps in one round; a round is two requests to a table for each. */
const APPS_PER_ROUND_MAX = 200;
/** What is left comes with the next minute. */
const ROUNDS_MAX = 10;
/**
 * For a fresh URL that Heroku has to be asked for, beside the lines themselves: what was begun with Heroku is ended, because a token that
 * came to a process which is frozen is lost. Within the time of the schedule.
 */
export const TELL_MS_MAX = 40_000;

/** Once a minute: what all processes counted of an app goes into its log, as one line. */
export async function tellAppCounts(
  appLog: Pick<AppLog, 'tell' | 'flush'>,
  store: Pick<AppCountStore, 'take'>,
): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const taken = await store.take(APPS_PER_ROUND_MAX);
    appLog.tell(taken);
    if (taken.length < APPS_PER_ROUND_MAX) break;
  }
  await appLog.flush(TELL_MS_MAX);
}
