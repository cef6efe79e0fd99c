import { describe, expect, it } from 'vitest';
import type { IngestDirectory } from '../../src/domain/authorizations/ingest-directory.ts';

/** The org has a connector SalesConnector whose schema has an object Orders; its order_id is a text and the primary key. */
export interface IngestDirectoryHarness {
  readonly directory: IngestDirectory;
  readonly appId: string;
  readonly authorizationId: string;
  /** A complete record of Orders. */
  readonly record: Readonly<Record<string, unknown>>;
  /** A person ends the authorization at Salesforce. */
  endAuthorization(): void;
  /** From now on the org's APIs are out of service. */
  outOfService(): void;
}

const ORDERS = { connector: 'SalesConnector', object: 'Orders' };
const SENTENCE = expect.stringMatching(/\w+ \w+/);

export function ingestDirectoryContract(harness: () => IngestDirectoryHarness): void {
  const find = (target = ORDERS) => {
    const { directory, appId, authorizationId } = harness();
    return directory.find(appId, authorizationId, target);
  };
  const test = (record: Readonly<Record<string, unknown>>, target = ORDERS) => {
    const { directory, appId, authorizationId } = harness();
    return directory.test(appId, authorizationId, target, record);
  };

  it('knows the fields of an object', async () => {
    const answer = await find();
    if (answer.kind !== 'found') throw new Error(`expected the object, found ${answer.kind}`);
    expect(answer.fields).toContainEqual({ name: 'order_id', type: 'Text' });
  });

  it('says which connectors and objects there are instead of an unknown one', async () => {
    expect(await find({ ...ORDERS, connector: 'salesconnector' })).toEqual({
      kind: 'unknown-connector',
      known: expect.arrayContaining(['SalesConnector']),
    });
    expect(await find({ ...ORDERS, object: 'orders' })).toEqual({
      kind: 'unknown-object',
      known: expect.arrayContaining(['Orders']),
    });
  });

  it('has a record judged', async () => {
    expect(await test(harness().record)).toEqual({ kind: 'accepted' });
    expect(await test({ order_id: null })).toEqual({ kind: 'refused', message: SENTENCE });
  });

  describe.each(['find', 'test'] as const)('asked to %s', (what) => {
    const ask = () => (what === 'find' ? find() : test(harness().record));

    it('says why the authorization gives no token', async () => {
      harness().endAuthorization();
      expect(await ask()).toEqual({ kind: 'not-authorized', message: SENTENCE });
    });

    it('does not throw when the API is out of service', async () => {
      harness().outOfService();
      expect(await ask()).toEqual({ kind: 'unreachable', message: SENTENCE });
    });
  });
}
