import { systemClock } from '../../base/clock.ts';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER } from '../../settings/runtime.ts';
import { makeTelemetry } from '../../telemetry/logger.ts';
import type { ConsumerQueue } from '../consumer-queue.ts';
import { DeliveryQueues } from '../delivery-queues.ts';
import type { Engine } from '../engine.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { SqliteDeadLetterQueue } from './dead-letter-queue.ts';
import { SqliteDeliveryHistory } from './delivery-history.ts';
import { SqliteDeliveryQueue } from './delivery-queue.ts';
import { SqliteMessageReturns } from './message-returns.ts';
import { SqlitePollQueue } from './poll-queue.ts';
import { SqliteQueue } from './queue.ts';
import { makeSqliteStores } from './stores.ts';

/** Stores and queues in one file, and the receiving side of its queues. */
export interface SqliteEngine extends Engine {
  readonly deliveries: ConsumerQueue;
  readonly ordered: ConsumerQueue;
  readonly polls: ConsumerQueue;
  /**
   * For the process that owns the file, before it receives: returns messages that were in flight when the last owner
   * died. Other processes may have the file open; their messages in flight are delivered twice.
   */
  takeOver(): Promise<void>;
  /** The owner exits: its messages in flight are returned, and the receive does not count against them. */
  handBack(): Promise<void>;
  close(): void;
}

/** A message in flight at this many crashes of the host in a row may cause them: it is then delivered alone. */
const ALONE_AFTER_CRASHES = 3;
/** After five more crashes, alone in flight, it is the cause. */
const DEAD_AFTER_CRASHES = 8;

/** Throws `DatabaseFileError` or `StorageFullError`. */
export function makeSqliteEngine(path: string, options: DatabaseOptions = {}): SqliteEngine {
  const database = Database.open(path, options);
  const crashes = { aloneAfterCrashes: ALONE_AFTER_CRASHES, deadAfterCrashes: DEAD_AFTER_CRASHES };
  const { log } = makeTelemetry('state', { logLevel: undefined, installation: 'local' });
  const deliveries = new SqliteQueue(
    database,
    'deliveries',
    { ...DELIVERY_CONSUMER, ...crashes },
    systemClock,
  );
  const ordered = new SqliteQueue(
    database,
    'ordered',
    { ...ORDERED_CONSUMER, ...crashes, fifo: true },
    systemClock,
  );
  // Polls have no crash limits: a session lasts for minutes, so a message that must be alone would wait for hours.
  const polls = new SqliteQueue(database, 'polls', POLL_CONSUMER, systemClock);
  const giveBack = async (died: boolean) => {
    await Promise.all([deliveries, ordered, polls].map((queue) => queue.giveBackInFlight({ died })));
  };
  return {
    stores: makeSqliteStores(database),
    deliveryQueue: new DeliveryQueues(new SqliteDeliveryQueue(deliveries), new SqliteDeliveryQueue(ordered)),
    pollQueue: new SqlitePollQueue(polls),
    deliveryReturns: new SqliteMessageReturns(deliveries),
    orderedReturns: new SqliteMessageReturns(ordered),
    pollReturns: new SqliteMessageReturns(polls),
    history: new SqliteDeliveryHistory(database, { onLost: (fields) => log.write('HISTORY_LOST', fields) }),
    retention: database.retention,
    deadLetters: new SqliteDeadLetterQueue(database, { deliveries, ordered, polls }),
    deliveries,
    ordered,
    polls,
    takeOver: () => giveBack(true),
    handBack: () => giveBack(false),
    close: () => database.close(),
  };
}
