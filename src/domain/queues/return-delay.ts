/** A dependency that fails for seconds delays an event by seconds. */
export const RETURN_DELAY_SECONDS_MIN = 5;
/** What comes back after an outage does so within five minutes. */
export const RETURN_DELAY_SECONDS_MAX = 300;
/** The upper fifth of each delay is left to chance: at most 500 messages are in flight, and 60 of 300 s spread them well. */
const JITTER = 0.2;

/**
 * How long a message that failed unexpectedly stays hidden: twice as long after each receive, from 5 s to 5 min. How many
 * receives last how long stands beside `maxReceiveCount` in src/settings/runtime.ts.
 * @param receiveCount 1 after the first receive
 * @param random 0 ≤ random < 1
 */
export function returnDelaySeconds(receiveCount: number, random: number): number {
  const fullSeconds = Math.min(RETURN_DELAY_SECONDS_MAX, RETURN_DELAY_SECONDS_MIN * 2 ** (receiveCount - 1));
  return Math.ceil(fullSeconds * (1 - JITTER + JITTER * random));
}
