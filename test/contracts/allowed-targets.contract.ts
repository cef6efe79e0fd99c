import { expect, it } from 'vitest';
import type { AllowedTargets } from '../../src/domain/publications/allowed-targets.ts';

export interface AllowedTargetsHarness {
  /** They allow `forAll` to every app, and `forOne` to the app `one`. */
  readonly targets: AllowedTargets;
  readonly forAll: string;
  readonly forOne: string;
  readonly one: string;
  /** Those of a local run. */
  readonly any: AllowedTargets;
}

const OTHER_APP = '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c99';
const UNLISTED = 'arn:aws:sqs:eu-central-1:123456789012:unlisted';

export function allowedTargetsContract(harness: () => AllowedTargetsHarness): void {
  it('allows an app what is for every app, and what is for it', () => {
    const { targets, forAll, forOne, one } = harness();
    expect(targets.check(one, forAll)).toEqual({ ok: true });
    expect(targets.check(OTHER_APP, forAll)).toEqual({ ok: true });
    expect(targets.check(one, forOne)).toEqual({ ok: true });
  });

  it('refuses what is not on the list, and says who adds it and how', () => {
    const { targets, one } = harness();
    expect(targets.check(one, UNLISTED)).toEqual({
      ok: false,
      message: expect.stringMatching(
        /expected an ARN .*found .*unlisted.*cdk deploy -c allowedTargets=.*unlisted/,
      ),
    });
  });

  it('refuses what is for another app, and tells nothing of that app', () => {
    const { targets, forOne, one } = harness();
    const refused = targets.check(OTHER_APP, forOne);
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining(OTHER_APP) });
    expect(JSON.stringify(refused)).not.toContain(one);
  });

  it('takes an ARN for what it is, and not for the beginning of another', () => {
    const { targets, forAll, one } = harness();
    for (const arn of [`${forAll}x`, forAll.slice(0, -1), `${forAll}/x`, '', forAll.toUpperCase()]) {
      expect(targets.check(one, arn)).toMatchObject({ ok: false });
    }
  });

  it('allows everything where that is said', () => {
    expect(harness().any.check(OTHER_APP, UNLISTED)).toEqual({ ok: true });
  });
}
