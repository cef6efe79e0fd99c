import { describe } from 'vitest';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { allowedTargetsContract } from './allowed-targets.contract.ts';

describe('allowed targets', () => {
  const forAll = 'arn:aws:sqs:eu-central-1:123456789012:orders';
  const forOne = 'arn:aws:s3:::acme-lake/raw';
  const one = '6f0e3b52-5a0c-4dbd-a3d7-6a1c9a6a0c01';
  allowedTargetsContract(() => ({
    targets: new ListedTargets([
      { arn: forAll, appIds: undefined },
      { arn: forOne, appIds: [one] },
    ]),
    forAll,
    forOne,
    one,
    any: new ListedTargets('any'),
  }));
});
