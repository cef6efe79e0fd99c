import type { AppCountStore } from '../../domain/app-log/app-count-store.ts';
import type { AppLog } from './app-log.ts';

/** Apps in one round; each app costs two requests to a table. */
const APPS_PER_ROUND_MAX = 200;
/** The rest follow in the next minute. */
const ROUNDS_MAX = 10;
/**
 * The time for requesting a fresh URL from Heroku besides sending the lines: a request to Heroku has to be completed,
 * because a token that arrives in a frozen process is lost. It fits within the schedule's time.
 */
export const TELL_MS_MAX = 40_000;

/** Once a minute, writes what all processes counted for an app to its log, as one line. */
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
