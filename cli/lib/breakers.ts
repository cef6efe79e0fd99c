interface BreakerAnswer {
  readonly state?: string | undefined;
  readonly opened_at?: string | undefined;
  readonly error?: { readonly message?: string | undefined } | undefined;
  readonly attempts?: number | undefined;
  readonly failures?: number | undefined;
  readonly failed_probes?: number | undefined;
  readonly next_probe_at?: string | undefined;
}

/** The breaker's state for a list, unless it is closed. `events:publications:info` says more. */
export function unusualBreaker(breaker: BreakerAnswer | undefined): string | undefined {
  if (breaker === undefined || breaker.state === undefined || breaker.state === 'closed') return undefined;
  return breaker.opened_at === undefined ? breaker.state : `${breaker.state} since ${breaker.opened_at}`;
}

/** A text for people; undefined while deliveries go to the receiver. */
export function breakerText(breaker: BreakerAnswer | undefined): string | undefined {
  if (breaker === undefined || breaker.state === undefined || breaker.state === 'closed') return undefined;
  const { state, opened_at, error, attempts, failures, failed_probes, next_probe_at } = breaker;
  return [
    opened_at === undefined ? state : `${state}, nothing delivered since ${opened_at}`,
    failures === undefined || attempts === undefined
      ? undefined
      : `${failures} of ${attempts} attempts failed`,
    failed_probes === undefined || failed_probes === 0 ? undefined : `${failed_probes} failed probes`,
    next_probe_at === undefined ? undefined : `next probe ${next_probe_at}`,
    error?.message,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}
