import { useEffect, useRef, useState } from 'preact/hooks';
import { get, tenantPath } from '../../api/client.ts';
import type { DeliveryPage, Flow } from '../../api/objects.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { sumOf } from './minutes.ts';

/** Deliveries of a publication that failed in the same way. */
export interface Complaint {
  readonly publication: string;
  /** Absent for events that were published directly. */
  readonly subscription: string | undefined;
  readonly stage: string;
  readonly errorId: string;
  readonly message: string;
  /** Among the newest deliveries examined. */
  readonly count: number;
  readonly lastAt: string;
  readonly newest: { readonly id: string; readonly eventId: string };
  /** Whether some of them are retried automatically. */
  readonly isRetried: boolean;
}

/** Deliveries per publication in trouble; one page each. */
const LOOKED_AT = 50;
const PUBLICATIONS_MAX = 8;
/** The reasons rarely change, and reading them costs more than the flow. */
const AGAIN_MS = 20_000;

/**
 * Why deliveries fail, because the flow only says that they do. Reads nothing while none fails. `undefined` until the
 * first read ended.
 */
export function useComplaints(
  app: string,
  flow: Flow | undefined,
): { readonly complaints: readonly Complaint[] | undefined; readonly problem: ApiProblem | undefined } {
  const [complaints, setComplaints] = useState<readonly Complaint[] | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const readAt = useRef({ names: '', atMs: 0 });
  const [stop] = useState(() => new AbortController());

  useEffect(() => {
    if (flow === undefined) return;
    const troubled = flow.publications
      .filter(({ deliveries: { waiting, parked, rejected, exhausted }, minutes }) => {
        return waiting + parked + rejected + exhausted > 0 || sumOf(minutes).failed > 0;
      })
      .slice(0, PUBLICATIONS_MAX)
      .map(({ name }) => name);
    const names = troubled.join();
    // A new flow is a new object: a 304 answer does not come here.
    if (names === readAt.current.names && Date.now() - readAt.current.atMs < AGAIN_MS) return;
    readAt.current = { names, atMs: Date.now() };
    if (troubled.length === 0) {
      setComplaints([]);
      return;
    }
    // A slow answer is not aborted because a new flow came meanwhile.
    const { signal } = stop;
    Promise.all(troubled.map((name) => readComplaints(app, name, signal))).then(
      (found) => {
        setComplaints(found.flat());
        setProblem(undefined);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        readAt.current = { names: '', atMs: 0 };
        setComplaints((last) => last ?? []);
        setProblem(asProblem(error));
      },
    );
  }, [app, flow, stop]);
  useEffect(() => () => stop.abort(), [stop]);
  return { complaints, problem };
}

async function readComplaints(app: string, publication: string, signal: AbortSignal): Promise<Complaint[]> {
  const query = { publication, status: 'waiting,parked,rejected,exhausted', limit: LOOKED_AT };
  return complaintsOf(await get<DeliveryPage>(tenantPath(app, ['deliveries'], query), signal));
}

/** Newest first, in the page's order. */
export function complaintsOf({ deliveries }: DeliveryPage): Complaint[] {
  const failed = deliveries.filter(({ last_error }) => last_error !== undefined);
  const alike = Map.groupBy(failed, ({ publication, subscription, stage, last_error }) =>
    JSON.stringify([publication.name, subscription?.name, stage, last_error?.id]),
  );
  return [...alike.values()].flatMap((group) => {
    const [newest] = group;
    if (newest?.last_error === undefined) return [];
    return {
      publication: newest.publication.name,
      subscription: newest.subscription?.name,
      stage: newest.stage,
      errorId: newest.last_error.id,
      message: newest.last_error.message ?? '',
      count: group.length,
      lastAt: newest.updated_at,
      newest: { id: newest.id, eventId: newest.event_id },
      isRetried: group.some(({ status }) => status === 'waiting' || status === 'parked'),
    };
  });
}
