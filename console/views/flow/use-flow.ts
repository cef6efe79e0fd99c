import { tenantPath } from '../../api/client.ts';
import type { Flow } from '../../api/objects.ts';
import { type Polled, usePolled } from '../../api/polled.ts';

/** Often enough to see it move. Where an answer costs money, the service asks for a longer pause. */
const REFRESH_MS = 5_000;

/** The flow of an app. The pages of single things draw a part of it too, which saves them a request of their own. */
export function useFlow(app: string): Polled<Flow> {
  return usePolled<Flow>(tenantPath(app, ['flow']), (flow) =>
    Math.max(REFRESH_MS, flow?.refresh_after_ms ?? 0),
  );
}
