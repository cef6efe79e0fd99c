import { expect, it } from 'vitest';
import { anEvent } from '../../../test/support/builders.ts';
import { OrgGapRepair } from './gap-repair.ts';
import type { RestAnswer } from './rest.ts';

const TARGET = { appId: 'app', authorizationId: 'authorization', topic: '/data/AccountChangeEvent' };
const ID = '001000000000001AAA';
const GAP = anEvent({
  id: 'gap',
  type: 'com.salesforce.cdc.Account.GAP_UPDATE',
  partitionkey: 'another',
  data: {
    ChangeEventHeader: {
      entityName: 'Account',
      changeType: 'GAP_UPDATE',
      commitNumber: 7n,
      recordIds: ['another', ID],
    },
  },
});

function repaired(answer: RestAnswer<{ readonly [field: string]: unknown }>) {
  const asked: unknown[] = [];
  const repair = new OrgGapRepair({
    record: async (...request) => {
      asked.push(request);
      return answer;
    },
  });
  return { asked, outcome: repair.repair(TARGET, GAP, 'Account', ID) };
}

it('makes an event of the record that says what it repairs, the same however often', async () => {
  const { asked, outcome } = repaired({ kind: 'answered', value: { Id: ID, Name: 'Acme' } });
  expect(await outcome).toEqual({
    kind: 'repaired',
    event: {
      ...GAP,
      id: expect.any(String),
      type: 'com.salesforce.cdc.Account.GAP_UPDATE.REPAIR',
      partitionkey: ID,
      repairof: 'gap',
      data: {
        ChangeEventHeader: {
          entityName: 'Account',
          changeType: 'GAP_UPDATE',
          commitNumber: 7n,
          recordIds: [ID],
        },
        Id: ID,
        Name: 'Acme',
      },
    },
  });
  expect(asked).toEqual([['app', 'authorization', 'Account', ID]]);
  const again = repaired({ kind: 'answered', value: { Id: ID, Name: 'Acme' } });
  expect(await again.outcome).toEqual(await outcome);
});

it.each([
  [{ kind: 'not-found' }, { kind: 'deleted' }],
  [
    { kind: 'not-authorized', message: 'log in' },
    { kind: 'not-authorized', message: 'log in' },
  ],
  [
    { kind: 'failed', id: 'timeout', message: 'late' },
    { kind: 'failed', message: 'late' },
  ],
] as const)('answers %o with %o', async (answer, expected) => {
  expect(await repaired(answer).outcome).toEqual(expected);
});
