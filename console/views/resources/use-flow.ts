import { tenantPath } from '../../api/client.ts';
import type { Flow } from '../../api/objects.ts';
import { type Polled, usePolled } from '../../api/polled.ts';

const REFRESH_MS = 10_000;

/** What the pages of one thing draw is a part of the flow, which is read with one request. */
export function useFlow(app: string): Polled<Flow> {
  return usePolled<Flow>(tenantPath(app, ['flow']), REFRESH_MS);
}
