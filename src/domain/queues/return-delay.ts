/** If a dependency fails for seconds, events are only seconds late. */
export const RETURN_DELAY_SECONDS_MIN = 5;
/** After an outage, all messages are received again within five minutes. */
export const RETURN_DELAY_SECONDS_MAX = 300;
/** The random part of each delay. At most 500 messages are in flight, and 60 of 300 s spread them well. */
const JITTER = 0.2;

/**
 * How long a message that failed unexpectedly stays hidden: from 5 s to 5 min, doubling with each receive.
 * `maxReceiveCount` in src/settings/runtime.ts limits how long a message is retried like this.
 * @param receiveCount 1 after the first receive
 * @param random 0 ≤ random < 1
 */
export function returnDelaySeconds(receiveCount: number, random: number): number {
  const fullSeconds = Math.min(RETURN_DELAY_SECONDS_MAX, RETURN_DELAY_SECONDS_MIN * 2 ** (receiveCount - 1));
  return Math.ceil(fullSeconds * (1 - JITTER + JITTER * random));
}
