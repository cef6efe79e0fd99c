import { tenantPath } from '../../api/client.ts';
import type { Flow } from '../../api/objects.ts';
import { type Polled, usePolled } from '../../api/polled.ts';

/** Often enough to see it move. Where an answer costs, the service asks for more. */
const REFRESH_MS = 5_000;

/** The flow of an app: also the pages of one thing draw a part of it, which spares them a request of their own. */
export function useFlow(app: string): Polled<Flow> {
  return usePolled<Flow>(tenantPath(app, ['flow']), (flow) =>
    Math.max(REFRESH_MS, flow?.refresh_after_ms ?? 0),
  );
}
