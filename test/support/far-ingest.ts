import type {
  IngestAnswer,
  IngestDirectory,
  IngestFailure,
  IngestRecord,
  IngestTarget,
  IngestTestAnswer,
} from '../../src/domain/authorizations/ingest-directory.ts';

/** An org's Data Cloud with one connector, as it describes itself: the far side of the network. */
export class FarIngest implements IngestDirectory {
  /** If set, the answer to every request. */
  failure: IngestFailure | undefined;
  /** The records sent for validation. */
  readonly tested: IngestRecord[] = [];

  async find(
    _appId: string,
    _authorizationId: string,
    { connector, object }: IngestTarget,
  ): Promise<IngestAnswer> {
    if (this.failure !== undefined) return this.failure;
    if (connector !== 'SalesConnector') return { kind: 'unknown-connector', known: ['SalesConnector'] };
    if (object !== 'Orders') return { kind: 'unknown-object', known: ['Orders'] };
    return {
      kind: 'found',
      fields: [
        { name: 'order_id', type: 'Text' },
        { name: 'amount', type: 'Number' },
        { name: 'ordered_on', type: 'Date' },
        { name: 'modified', type: 'DateTime' },
      ],
    };
  }

  async test(
    appId: string,
    authorizationId: string,
    target: IngestTarget,
    record: IngestRecord,
  ): Promise<IngestTestAnswer> {
    const found = await this.find(appId, authorizationId, target);
    if (this.failure !== undefined) return this.failure;
    this.tested.push(record);
    if (found.kind !== 'found')
      return { kind: 'refused', message: 'Data Cloud has no such connector or object' };
    return typeof record['order_id'] === 'string'
      ? { kind: 'accepted' }
      : { kind: 'refused', message: 'Data Cloud refused the record: order_id is missing' };
  }
}
