import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrgGapRepair } from '../../src/platforms/salesforce/gap-repair.ts';
import { OrgRest } from '../../src/platforms/salesforce/rest.ts';
import { anEvent } from '../support/builders.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type GapRepairHarness, gapRepairContract } from './gap-repair.contract.ts';

describe('gap repair', () => {
  describe('by the REST API', () => {
    let bench: Bench & AsyncDisposable;
    let harness: GapRepairHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { org, tokens } = bench;
      await bench.authorizeByRefreshToken();
      const recordId = org.records.create('Account', { Name: 'Acme' });
      org.emitGap('Account', 'GAP_UPDATE', [recordId]);
      const gap = org.ledger('/data/AccountChangeEvent').at(-1);
      harness = {
        gapRepair: new OrgGapRepair(
          new OrgRest(tokens, { allowLoopback: true }),
          bench.connections,
          bench.schemas,
        ),
        target: {
          appId: APP_ID,
          authorizationId: bench.authorizationId,
          topic: '/data/AccountChangeEvent',
        },
        gapEvent: anEvent({
          type: 'com.salesforce.cdc.Account.GAP_UPDATE',
          schemaid: gap?.schemaId,
          data: gap?.payload,
        }),
        entity: 'Account',
        recordId,
        deleteRecord: () => org.records.delete(recordId),
        endAuthorization: () => org.revokeAllTokens({ refreshTokens: true }),
        outOfService: () => {
          org.faults.apiDisabled = true;
        },
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    gapRepairContract(() => harness);

    it('does not take an object that the user may not read for one whose record is gone', async () => {
      const notFound = async () => ({ kind: 'not-found' as const });
      const rest = { record: notFound, describe: notFound };
      const { target, gapEvent, entity, recordId } = harness;
      const repair = new OrgGapRepair(rest, bench.connections, bench.schemas);
      expect(
        await repair.repair(target, { json: gapEvent, avroJson: undefined }, entity, recordId),
      ).toMatchObject({ kind: 'failed', message: expect.stringContaining('cannot read Account') });
    });
  });
});
