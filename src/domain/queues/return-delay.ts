/** If a dependency fails for seconds, events are late by seconds. */
export const RETURN_DELAY_SECONDS_MIN = 5;
/** After an outage, all messages are received again within five minutes. */
export const RETURN_DELAY_SECONDS_MAX = 300;
/** Part of each delay that is random. At most 500 messages are in flight, and 60 of 300 s spread them well. */
const JITTER = 0.2;

/**
 * How long a message that failed unexpectedly stays hidden: from 5 s to 5 min, twice as long after each receive.
 * `maxReceiveCount` in src/settings/runtime.ts says how long a message can be retried like this.
 * @param receiveCount 1 after the first receive
 * @param random 0 ≤ random < 1
 */
export function returnDelaySeconds(receiveCount: number, random: number): number {
  const fullSeconds = Math.min(RETURN_DELAY_SECONDS_MAX, RETURN_DELAY_SECONDS_MIN * 2 ** (receiveCount - 1));
  return Math.ceil(fullSeconds * (1 - JITTER + JITTER * random));
}
