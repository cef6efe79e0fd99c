import { beforeEach, describe } from 'vitest';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import type { SourcePorts } from '../../src/domain/subscriptions/source-platform.ts';
import { generateSource } from '../../src/platforms/generate/source.ts';
import { salesforceSource } from '../../src/platforms/salesforce/source.ts';
import { sluiceSource } from '../../src/platforms/sluice/source.ts';
import { webhookSource } from '../../src/platforms/webhook/source.ts';
import { FarTopics } from '../support/far-topics.ts';
import { anAuthorization } from '../support/records.ts';
import { sourcePlatformContract } from './source-platform.contract.ts';

describe('source platform', () => {
  let ports: SourcePorts;
  beforeEach(async () => {
    const { authorizations } = makeMemoryStores();
    await authorizations.create(
      anAuthorization({ appId: 'b6f0c1de-6f9b-4b7e-9c0e-1d2f3a4b5c6d', alias: 'org' }),
    );
    ports = {
      authorizations,
      topics: new FarTopics(),
      mappingFault: () => undefined,
      expressionFault: () => undefined,
      secrets: new MemorySecretBox(),
    };
  });

  describe('salesforce', () => {
    const settings = { topic: '/data/OpportunityChangeEvent', alias: 'org' };
    sourcePlatformContract(() => ({ source: salesforceSource, ports, settings }));
  });

  describe('webhook', () => {
    const settings = { verify: 'github', secret: 'a-long-secret', event_type: 'this.kind' };
    sourcePlatformContract(() => ({ source: webhookSource, ports, settings }));
  });

  describe('generate', () => {
    const settings = { interval: '1m', mapping: 'root.n = 1' };
    sourcePlatformContract(() => ({ source: generateSource, ports, settings }));
  });

  describe('sluice', () => {
    const settings = { types: ['com.sluice.feed.gap'] };
    sourcePlatformContract(() => ({ source: sluiceSource, ports, settings }));
  });
});
