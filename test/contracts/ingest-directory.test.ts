import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { dataCloudManagement } from '../../src/platforms/datacloud/index.ts';
import { FarIngest } from '../support/far-ingest.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type IngestDirectoryHarness, ingestDirectoryContract } from './ingest-directory.contract.ts';

const ORDERS = { connector: 'SalesConnector', object: 'Orders' };

describe('ingest directory', () => {
  describe("an org's Data Cloud", () => {
    let bench: Bench & AsyncDisposable;
    let harness: IngestDirectoryHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, tokens, stores, box } = bench;
      await bench.authorizeByRefreshToken();
      const directory = dataCloudManagement({
        authorizations: stores.authorizations,
        tokens,
        secrets: box,
        allowLoopback: true,
        clock: systemClock,
      });
      harness = {
        directory,
        appId: APP_ID,
        authorizationId: bench.authorizationId,
        record: { order_id: 'o-1', customer: 'Lee', status: '', amount: 1, ordered_on: null, modified: null },
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        outOfService: () => {
          org.faults.maintenance = true;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    ingestDirectoryContract(() => harness);

    const find = (target = ORDERS) => harness.directory.find(APP_ID, bench.authorizationId, target);

    it('knows connectors to whose names the org adds a UUID', async () => {
      bench.org.faults.dataCloudNamesWithUuid = true;
      expect(await find()).toMatchObject({ kind: 'found' });
      expect(await find({ ...ORDERS, connector: 'Nope' })).toMatchObject({
        known: ['SalesConnector', 'Sluice_Events'],
      });
    });

    it('asks Data Cloud itself where the user may not read schemas', async () => {
      bench.org.faults.dataCloudConnectDenied = true;
      expect(await find()).toEqual({ kind: 'found', fields: undefined });
      expect(await find({ ...ORDERS, object: 'Nope' })).toEqual({
        kind: 'unknown-connector',
        known: undefined,
      });
    });

    it('stores nothing', async () => {
      await find();
      await harness.directory.test(APP_ID, bench.authorizationId, ORDERS, harness.record);
      expect(bench.org.dataCloud.ingested()).toEqual([]);
    });

    it('says what to do about a missing scope', async () => {
      bench.org.configureApp({ scopes: ['api', 'refresh_token'] });
      await bench.authorize({ alias: 'narrow' });
      expect(await find()).toEqual({
        kind: 'not-authorized',
        message: expect.stringMatching(/scope cdp_ingest_api.*authorize narrow again/),
      });
    });
  });

  describe('the double of the far side', () => {
    let harness: IngestDirectoryHarness;
    beforeEach(() => {
      const directory = new FarIngest();
      harness = {
        directory,
        appId: APP_ID,
        authorizationId: 'org',
        record: { order_id: 'o-1' },
        endAuthorization: () => {
          directory.failure = { kind: 'not-authorized', message: 'the authorization has ended' };
        },
        outOfService: () => {
          directory.failure = { kind: 'unreachable', message: 'the API is out of service' };
        },
      };
    });
    ingestDirectoryContract(() => harness);
  });
});
