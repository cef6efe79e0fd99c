import { expect, it } from 'vitest';
import type { OrgLimits } from '../../src/domain/authorizations/org-limits.ts';

/** An org that may deliver 1,000 events a day. */
export interface OrgLimitsHarness {
  readonly orgs: OrgLimits;
  readonly appId: string;
  readonly authorizationId: string;
  /** The org delivers an event to a subscriber. */
  deliver(): Promise<void>;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org refuses every request to its API. */
  outOfService(): void;
}

const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function orgLimitsContract(harness: () => OrgLimitsHarness): void {
  const limits = () => harness().orgs.limits(harness().appId, harness().authorizationId);

  it('gives every limit of the org, and what is left of it', async () => {
    const remaining = async () => {
      const answer = await limits();
      if (answer.kind !== 'answered') throw new Error(`expected limits, found ${answer.kind}`);
      for (const limit of Object.values(answer.value)) {
        expect(limit).toEqual({ max: expect.any(Number), remaining: expect.any(Number) });
      }
      expect(answer.value['DailyDeliveredPlatformEvents']?.max).toBe(1_000);
      return answer.value['DailyDeliveredPlatformEvents']?.remaining;
    };
    expect(await remaining()).toBe(1_000);
    await harness().deliver();
    expect(await remaining()).toBe(999);
  });

  it('says why the authorization gives no access token', async () => {
    const { orgs, appId, endAuthorization } = harness();
    expect(await orgs.limits(appId, 'never-made')).toEqual({ kind: 'not-authorized', message: SENTENCE });
    endAuthorization();
    expect(await limits()).toEqual({ kind: 'not-authorized', message: SENTENCE });
  });

  it('does not throw when the API is out of service', async () => {
    harness().outOfService();
    expect(await limits()).toMatchObject({ kind: 'failed', message: SENTENCE });
  });
}
