/**
 * How long it takes until a stored time comes.
 *
 * A time in the future was set by a rule, such as "retry after at most six hours". If it lies further ahead than its rule could have
 * set it, then the clock was ahead when it was set, and was put back since. Such a time counts as come: the work is done early
 * instead of days late. docs/operations.md ("Clocks") lists every stored time with its rule.
 */

/** By how much the clocks of machines that work side by side may differ. */
export const CLOCK_SKEW_MS_MAX = 60_000;

/** @param longestMs the furthest that the rule sets the time ahead of the moment at which it is set */
export function isDue(atMs: number, nowMs: number, longestMs: number): boolean {
  return atMs <= nowMs || atMs > beyondReachMs(nowMs, longestMs);
}

/** Times later than this count as come: see `isDue`. */
export function beyondReachMs(nowMs: number, longestMs: number): number {
  return nowMs + longestMs + CLOCK_SKEW_MS_MAX;
}
