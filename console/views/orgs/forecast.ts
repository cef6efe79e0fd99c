import type { Allocation } from '../../api/objects.ts';

export type Limit = Allocation['limits'][number];

export type Forecast =
  /** Nothing of it is used at the pace that is known. */
  | { readonly kind: 'unused' }
  /** What is used falls out of the window as fast as it is used. */
  | { readonly kind: 'lasts' }
  | { readonly kind: 'runs-out'; readonly inHours: number }
  | { readonly kind: 'used-up' };

/** Salesforce counts what was delivered over the last day, not since midnight. */
const WINDOW_HOURS = 24;

/**
 * When what is left runs out if events go on to come as they did in the last hour. Of the window's past nothing is known but its sum, so
 * what falls out of it meanwhile is left out of account: it may last longer, and not shorter.
 * @param perHour events
 */
export function forecast({ max, remaining }: Limit, perHour: number): Forecast {
  if (remaining <= 0) return { kind: 'used-up' };
  if (perHour === 0) return { kind: 'unused' };
  return perHour * WINDOW_HOURS <= max
    ? { kind: 'lasts' }
    : { kind: 'runs-out', inHours: remaining / perHour };
}
