import { describe, expect, it } from 'vitest';
import { DELIVERY_CONSUMER } from '../../settings/runtime.ts';
import { RETURN_DELAY_SECONDS_MAX, RETURN_DELAY_SECONDS_MIN, returnDelaySeconds } from './return-delay.ts';

const SHORTEST = 0;
const LONGEST = 1 - Number.EPSILON;

/** Seconds from a message's first receive to its last one. */
function secondsUntilLastReceive(random: number): number {
  let seconds = 0;
  for (let receive = 1; receive < DELIVERY_CONSUMER.maxReceiveCount; receive += 1) {
    seconds += returnDelaySeconds(receive, random);
  }
  return seconds;
}

describe('the delay of a message that is given back', () => {
  it('doubles from 5 s to 5 min with the receives, less up to a fifth', () => {
    const receives = [1, 2, 3, 4, 5, 6, 7, 8, 24, 1_000];
    expect(receives.map((receive) => returnDelaySeconds(receive, LONGEST))).toEqual([
      5, 10, 20, 40, 80, 160, 300, 300, 300, 300,
    ]);
    expect(receives.map((receive) => returnDelaySeconds(receive, SHORTEST))).toEqual([
      4, 8, 16, 32, 64, 128, 240, 240, 240, 240,
    ]);
    expect(returnDelaySeconds(1, LONGEST)).toBe(RETURN_DELAY_SECONDS_MIN);
    expect(returnDelaySeconds(99, LONGEST)).toBe(RETURN_DELAY_SECONDS_MAX);
  });

  it('lasts through an outage of an hour with ten minutes to spare, however chance has it', () => {
    expect(secondsUntilLastReceive(SHORTEST)).toBe(4_332);
    expect(secondsUntilLastReceive(SHORTEST)).toBeGreaterThanOrEqual(3_600 + 600);
    expect(secondsUntilLastReceive(LONGEST)).toBe(5_415);
  });

  it('is never longer than the visibility timeout, which it stands in for', () => {
    expect(RETURN_DELAY_SECONDS_MAX).toBeLessThanOrEqual(DELIVERY_CONSUMER.visibilityTimeoutSeconds);
  });

  // An outage of n seconds that begins with the first receive delays a message by less than 2n + 5 s.
  it.each([1, 3, 10, 30, 60, 120, 300])('is short for an outage of %i s', (outageSeconds) => {
    let atSeconds = 0;
    for (let receive = 1; atSeconds <= outageSeconds; receive += 1) {
      atSeconds += returnDelaySeconds(receive, LONGEST);
    }
    expect(atSeconds).toBeLessThanOrEqual(2 * outageSeconds + RETURN_DELAY_SECONDS_MIN);
  });
});
