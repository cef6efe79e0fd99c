import { beforeEach, describe } from 'vitest';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import type { TargetPorts } from '../../src/domain/publications/target-platform.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { addressRules } from '../../src/platforms/webhook/index.ts';
import { FarIngest } from '../support/far-ingest.ts';
import { FarTopics } from '../support/far-topics.ts';
import { anAuthorization } from '../support/records.ts';
import { targetPlatformContract } from './target-platform.contract.ts';

/** For each platform, settings from which a publication can be created. */
const SETTINGS: { readonly [P in Platform]: Readonly<Record<string, unknown>> } = {
  webhook: { url: 'https://example.com/hooks', token: 'a-token' },
  pull: { visibility_seconds: 60, max_age: '12h' },
  salesforce: { topic: '/event/Order_Placed__e', alias: 'org' },
  datacloud: {
    connector: 'SalesConnector',
    object: 'Orders',
    alias: 'org',
    primary_key: 'order_id',
    validate: true,
  },
  sqs: { arn: 'arn:aws:sqs:eu-central-1:123456789012:orders.fifo', partition_by: 'subject' },
  eventbridge: { arn: 'arn:aws:events:eu-central-1:123456789012:event-bus/orders' },
  kinesis: { arn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders', partition_by: 'type' },
  s3: { arn: 'arn:aws:s3:::acme-lake/salesforce', prefix: 'orders' },
};

describe('target platform', () => {
  let ports: TargetPorts;
  beforeEach(async () => {
    const { authorizations } = makeMemoryStores();
    await authorizations.create(
      anAuthorization({ appId: 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d', alias: 'org' }),
    );
    ports = {
      authorizations,
      topics: new FarTopics(),
      ingest: new FarIngest(),
      secrets: new MemorySecretBox(),
      addresses: addressRules({ allowLoopback: false }),
      allowedTargets: new ListedTargets('any'),
    };
  });

  describe.each(TARGETS)('$name', (target) => {
    targetPlatformContract(() => ({ target, ports, settings: SETTINGS[target.name] }));
  });
});
