import { traceContext } from '../../base/trace-context.ts';
import type { Event } from '../../domain/events/event.ts';

/** Gives the events of one request the trace that its headers name; an event that names its own keeps it. */
export function inTrace(
  events: readonly Event[],
  { traceparent, tracestate }: { readonly [name: string]: string | undefined },
): readonly Event[] {
  const trace = traceparent === undefined ? undefined : traceContext(traceparent, tracestate);
  if (trace === undefined) return events;
  return events.map((event) => (event['traceparent'] === undefined ? { ...event, ...trace } : event));
}
