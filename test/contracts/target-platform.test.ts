import { beforeEach, describe } from 'vitest';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { TargetPorts } from '../../src/domain/publications/target-platform.ts';
import { dataCloudTarget } from '../../src/platforms/datacloud/target.ts';
import { eventBridgeTarget } from '../../src/platforms/eventbridge/target.ts';
import { kinesisTarget } from '../../src/platforms/kinesis/target.ts';
import { pullTarget } from '../../src/platforms/pull/target.ts';
import { s3Target } from '../../src/platforms/s3/target.ts';
import { salesforceTarget } from '../../src/platforms/salesforce/target.ts';
import { sqsTarget } from '../../src/platforms/sqs/target.ts';
import { addressRules } from '../../src/platforms/webhook/index.ts';
import { webhookTarget } from '../../src/platforms/webhook/target.ts';
import { FarIngest } from '../support/far-ingest.ts';
import { FarTopics } from '../support/far-topics.ts';
import { anAuthorization } from '../support/records.ts';
import { targetPlatformContract } from './target-platform.contract.ts';

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

  describe('webhook', () => {
    const settings = { url: 'https://example.com/hooks', token: 'a-token' };
    targetPlatformContract(() => ({ target: webhookTarget, ports, settings }));
  });

  describe('pull', () => {
    const settings = { visibility_seconds: 60, max_age: '12h' };
    targetPlatformContract(() => ({ target: pullTarget, ports, settings }));
  });

  describe('salesforce', () => {
    const settings = { topic: '/event/Order_Placed__e', alias: 'org' };
    targetPlatformContract(() => ({ target: salesforceTarget, ports, settings }));
  });

  describe('datacloud', () => {
    const settings = {
      connector: 'SalesConnector',
      object: 'Orders',
      alias: 'org',
      primary_key: 'order_id',
      validate: true,
    };
    targetPlatformContract(() => ({ target: dataCloudTarget, ports, settings }));
  });

  describe('sqs', () => {
    const settings = { arn: 'arn:aws:sqs:eu-central-1:123456789012:orders.fifo', partition_by: 'subject' };
    targetPlatformContract(() => ({ target: sqsTarget, ports, settings }));
  });

  describe('eventbridge', () => {
    const settings = { arn: 'arn:aws:events:eu-central-1:123456789012:event-bus/orders' };
    targetPlatformContract(() => ({ target: eventBridgeTarget, ports, settings }));
  });

  describe('kinesis', () => {
    const settings = { arn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/orders', partition_by: 'type' };
    targetPlatformContract(() => ({ target: kinesisTarget, ports, settings }));
  });

  describe('s3', () => {
    const settings = { arn: 'arn:aws:s3:::acme-lake/salesforce', prefix: 'orders' };
    targetPlatformContract(() => ({ target: s3Target, ports, settings }));
  });
});
