import { afterEach, beforeEach, describe } from 'vitest';
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
        gapRepair: new OrgGapRepair(new OrgRest(tokens), bench.connections, bench.schemas),
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
  });
});
