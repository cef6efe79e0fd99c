/**
 * Whether a stored time has come.
 *
 * A future time was set by a rule, such as "retry after at most six hours". If it lies further ahead than the rule
 * allows, the clock was ahead when it was set, and has since been set back. Such a time counts as due, so the work is
 * done early instead of days late. docs/operations.md ("Clocks") lists every stored time with its rule.
 */

/** The tolerated difference between the clocks of machines that work together. */
export const CLOCK_SKEW_MS_MAX = 60_000;

/** @param longestMs the furthest ahead that the rule can set the time */
export function isDue(atMs: number, nowMs: number, longestMs: number): boolean {
  return atMs <= nowMs || atMs > beyondReachMs(nowMs, longestMs);
}

/** Later times count as due: see `isDue`. */
export function beyondReachMs(nowMs: number, longestMs: number): number {
  return nowMs + longestMs + CLOCK_SKEW_MS_MAX;
}
