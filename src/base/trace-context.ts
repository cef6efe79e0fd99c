/** An event's place in a distributed trace: header values of W3C Trace Context and of its CloudEvents extension. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Version, trace, parent, flags. An all-zero trace or parent and version ff are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** The minimum that every participant has to propagate; a longer one is dropped, as the specification allows. */
const TRACESTATE_LENGTH_MAX = 512;
const TRACESTATE = /^[\x20-\x7e]+$/;

/** Undefined if there is no trace or it is invalid; the event is then treated as untraced. */
export function traceContext(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  const isState =
    typeof tracestate === 'string' &&
    tracestate.length <= TRACESTATE_LENGTH_MAX &&
    TRACESTATE.test(tracestate);
  return isState ? { traceparent, tracestate } : { traceparent };
}
