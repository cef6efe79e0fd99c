/** Where an event is in a distributed trace: the values of the headers of W3C Trace Context, and of the CloudEvents extension of that name. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Version, trace, parent, flags. All zeros are no trace and no parent, and version ff is none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** What every participant has to pass on at least; a longer one is left out, which the specification allows. */
const TRACESTATE_LENGTH_MAX = 512;
const TRACESTATE = /^[\x20-\x7e]+$/;

/** Undefined where there is no trace, or none that a receiver could go on with: then it is as if nobody traced. */
export function traceContext(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  const isState =
    typeof tracestate === 'string' &&
    tracestate.length <= TRACESTATE_LENGTH_MAX &&
    TRACESTATE.test(tracestate);
  return isState ? { traceparent, tracestate } : { traceparent };
}
