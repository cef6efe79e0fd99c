import { timeText } from '../../../src/base/calendar.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { sideBySide } from '../../../src/base/side-by-side.ts';
import type { DeliveryStore } from '../../../src/domain/deliveries/delivery-store.ts';
import { PULL_BACKLOG_COUNTED_MAX } from '../../../src/domain/deliveries/pull.ts';
import type { Publication } from '../../../src/domain/publications/publication.ts';
import type * as schema from '../../../src/management/publication-fields.ts';
import type { Shown } from '../shown.ts';

export type Backlog = Shown<typeof schema.Backlog>;

/** There are up to 500 publications. */
const READ_AT_ONCE_MAX = 20;

/** The backlogs of those publications that are pulled, by publication id. */
export async function readBacklogs(
  { deliveries, clock }: { readonly deliveries: DeliveryStore; readonly clock: Clock },
  publications: readonly Publication[],
): Promise<ReadonlyMap<string, Backlog>> {
  const pulled = publications.filter(({ platform }) => platform === 'pull');
  const backlogs = await sideBySide(pulled, READ_AT_ONCE_MAX, async ({ appId, id }) => {
    const [count, [oldest]] = await Promise.all([
      deliveries.countAvailable(appId, id, PULL_BACKLOG_COUNTED_MAX),
      deliveries.listAvailable(appId, id, clock.now(), 1),
    ]);
    const backlog = { count, oldest_at: oldest === undefined ? undefined : timeText(oldest.createdAtMs) };
    return [id, backlog] as const;
  });
  return new Map(backlogs);
}
