import { useState } from 'preact/hooks';
import { get, tenantPath } from '../../api/client.ts';
import { printJson } from '../../api/json.ts';
import type { DeliveryDetail, KeptEventPage } from '../../api/objects.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { Payload } from '../../parts/payload.tsx';
import { Plain } from '../../parts/plain.tsx';

type State =
  | { readonly kind: 'closed' | 'loading' | 'not-kept' }
  | { readonly kind: 'shown'; readonly text: string }
  | { readonly kind: 'failed'; readonly problem: ApiProblem };

const PAGES_MAX = 5;

/** The event's payload, shown on request: it may be large, and private. */
export function EventPayload(props: {
  readonly app: string;
  readonly eventId: string;
  /** A stored delivery of the event, which contains the payload. */
  readonly deliveryId: string | undefined;
  /** The subscription that the event came from, which may keep its events. */
  readonly subscription: string | undefined;
}) {
  const { app, eventId, deliveryId, subscription } = props;
  const [state, setState] = useState<State>({ kind: 'closed' });
  const show = async () => {
    setState({ kind: 'loading' });
    try {
      const event =
        deliveryId === undefined
          ? await keptEvent(app, subscription, eventId)
          : (await get<DeliveryDetail>(tenantPath(app, ['deliveries', deliveryId]))).event;
      setState(event === undefined ? { kind: 'not-kept' } : { kind: 'shown', text: printJson(event) });
    } catch (error) {
      setState({ kind: 'failed', problem: asProblem(error) });
    }
  };
  switch (state.kind) {
    case 'closed':
    case 'loading':
      return (
        <p>
          <button type="button" onClick={() => void show()} aria-disabled={state.kind === 'loading'}>
            {state.kind === 'loading' ? 'Loading …' : 'Show the payload'}
          </button>
        </p>
      );
    case 'shown':
      return <Payload text={state.text} name="The event with its payload" />;
    case 'not-kept':
      return (
        <p class="notice">
          Its payload is not kept: an event that was delivered at the first attempt leaves none behind. A
          subscription can keep its last events:{' '}
          <code>
            sluice events:subscriptions:update {subscription ?? 'SUBSCRIPTION'} --keep-last 100 -a {app}
          </code>
        </p>
      );
    case 'failed':
      return (
        <p class="notice notice-bad" role="alert">
          <Plain text={state.problem.message} />
        </p>
      );
  }
}

async function keptEvent(app: string, subscription: string | undefined, eventId: string): Promise<unknown> {
  if (subscription === undefined) return undefined;
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const path = tenantPath(app, ['subscriptions', subscription, 'kept-events'], { after });
    const { events, next } = await get<KeptEventPage>(path);
    const found = events.find(
      ({ event }) => typeof event === 'object' && event !== null && Reflect.get(event, 'id') === eventId,
    );
    if (found !== undefined || next === undefined) return found?.event;
    after = next;
  }
  return undefined;
}
