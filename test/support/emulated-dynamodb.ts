import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDynamoClient } from '../../src/adapters/dynamodb/client.ts';
import { Table } from '../../src/adapters/dynamodb/table.ts';
import { type LocalDynamodb, startDynamodb } from './dynamodb-emulator.ts';

const TABLE_NAME = 'sluice-test';

/**
 * The production client and dynalite over HTTP, as a local run uses them, on files in a directory of its own. Do not
 * assert what dynalite lacks: lagging indexes, throttling, expiry, transactions.
 */
export class EmulatedDynamodb {
  readonly tableName = TABLE_NAME;
  readonly #directory: string;
  #emulator: LocalDynamodb;
  #client: ReturnType<typeof makeDynamoClient>;

  private constructor(directory: string, emulator: LocalDynamodb) {
    this.#directory = directory;
    this.#emulator = emulator;
    this.#client = makeDynamoClient({ endpoint: emulator.endpoint });
  }

  static async start(): Promise<EmulatedDynamodb> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-dynamodb-'));
    return new EmulatedDynamodb(directory, await startDynamodb(TABLE_NAME, directory));
  }

  get endpoint(): string {
    return this.#emulator.endpoint;
  }

  /** The table of the same emulator through another endpoint. */
  tableAt(endpoint: string): Table {
    return new Table(makeDynamoClient({ endpoint }), TABLE_NAME);
  }

  get table(): Table {
    return new Table(this.#client, TABLE_NAME);
  }

  /** Sums the read units charged for the table's requests, as DynamoDB reports them in its answers. */
  countReadUnits(): { units: number } {
    const counted = { units: 0 };
    this.#client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
          const result = await next({ ...args, input });
          if (!/^(Get|Query|BatchGet|Scan)/.test(commandName)) return result;
          // DynamoDB charges for a read that finds nothing; the emulator does not report it.
          const least = Reflect.get(input, 'ConsistentRead') === true ? 1 : 0.5;
          const consumed: unknown = Reflect.get(result.output, 'ConsumedCapacity');
          for (const each of Array.isArray(consumed) ? consumed : [consumed]) {
            counted.units += Math.max(least, Number(Reflect.get(each ?? {}, 'CapacityUnits')));
          }
          return result;
        },
      { step: 'initialize', priority: 'high' },
    );
    return counted;
  }

  /** The table for readers that accept stale reads. */
  get staleTable(): Table {
    return new Table(this.#client, TABLE_NAME, { mayBeStale: true });
  }

  /** Closes the emulator and reopens its files, as a second start of a local run does. */
  async restart(): Promise<void> {
    this.#client.destroy();
    await this.#emulator.stop();
    this.#emulator = await startDynamodb(TABLE_NAME, this.#directory);
    this.#client = makeDynamoClient({ endpoint: this.#emulator.endpoint });
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#emulator.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
