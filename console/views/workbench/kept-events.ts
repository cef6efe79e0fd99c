import type { InferOutput } from 'valibot';
import type { KeptEventPage } from '../../../src/management/subscriptions/schema.ts';
import { get, tenantPath } from '../../api/client.ts';
import type { ShownEvent } from './messages.ts';

export interface KeptEvent {
  readonly id: string;
  readonly at: string;
  readonly event: ShownEvent;
}

/** The last events of a subscription, newest first. Throws `ApiProblem`. */
export async function readKeptEvents(
  app: string,
  subscription: string,
  last: number,
  signal?: AbortSignal,
): Promise<readonly KeptEvent[]> {
  const events: KeptEvent[] = [];
  let after: string | undefined;
  do {
    const page: InferOutput<typeof KeptEventPage> = await get(
      tenantPath(app, ['subscriptions', subscription, 'kept-events'], { limit: last - events.length, after }),
      signal,
    );
    events.push(...page.events.map(({ id, at, event }) => ({ id, at, event: event as ShownEvent })));
    after = page.next;
  } while (after !== undefined && events.length < last);
  return events;
}
