import { makeCache } from '../../base/cache.ts';
import type { Clock } from '../../base/clock.ts';
import { beyondReachMs } from '../../base/due.ts';
import type { ReceivedMessage } from '../../domain/queues/received-message.ts';
import { QUEUE_RETENTION_SECONDS } from '../../settings/runtime.ts';
import type { ConsumerQueue, ReceiveRequest } from '../consumer-queue.ts';
import type { Database } from './database.ts';
import { FairShares, ownerOf } from './fair-shares.ts';

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  /** How often a message is received before it goes to the dead letters. */
  readonly maxReceiveCount: number;
  /**
   * Keeps the order within each group: while a message of a group is in flight or waits, no other message of that group
   * is delivered.
   */
  readonly fifo?: boolean | undefined;
  /** A message that was in flight at this many crashes in a row is delivered alone; absent: never. */
  readonly aloneAfterCrashes?: number | undefined;
  /**
   * A message that was in flight at this many crashes in a row, alone at the last ones, goes to the dead letters;
   * absent: never.
   */
  readonly deadAfterCrashes?: number | undefined;
}

export interface SentMessage {
  readonly body: string;
  readonly groupId: string;
  readonly delaySeconds?: number | undefined;
  /** FIFO only: a second message with the same id within five minutes is accepted and discarded. */
  readonly deduplicationId?: string | undefined;
}

/** Identifies one receive of one message. */
export type Receipt = Pick<ReceivedMessage, 'id' | 'receipt'>;

/** A message that no consumer could end. */
export interface DeadLetter {
  readonly id: string;
  readonly body: string;
  readonly groupId: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
  readonly deadAtMs: number;
  readonly reason: string;
}

const WAITING = 0;
const READY = 1;
const IN_FLIGHT = 2;

/** Messages from other processes are seen after this time; those of this process are seen at once. */
const POLL_MS = 250;
/** The longest delay of a message, as in SQS. */
const DELAY_SECONDS_MAX = 900;
/**
 * How many of the ready owners, and of one owner's ready groups, are compared, so that the cost of a receive is
 * bounded.
 */
const COMPARED_MAX = 32;
const OWNERS_REMEMBERED_MAX = 10_000;
const IN_FLIGHT_REMEMBERED_MAX = 10_000;
/** As in SQS. */
const DEDUPLICATION_MS = 5 * 60_000;
const RETENTION_MS = QUEUE_RETENTION_SECONDS * 1_000;
const RETENTION_LOOK_MS = 3_600_000;

const INSERT = `
  INSERT INTO queue_messages (queue, state, group_id, visible_at_ms, sent_at_ms, body) VALUES (?, ?, ?, ?, ?, ?)`;
const FIRST = `
  SELECT min(visible_at_ms) AS at FROM queue_messages WHERE queue = ? AND state <> 1`;
const LAST = `
  SELECT max(visible_at_ms) AS at FROM queue_messages WHERE queue = ? AND state <> 1`;
const ANY_READY = `
  SELECT 1 FROM queue_messages WHERE queue = ? AND state = 1 LIMIT 1`;
const MAKE_DUE_READY = `
  UPDATE queue_messages SET state = 1
  WHERE queue = ? AND state <> 1 AND (visible_at_ms <= ? OR visible_at_ms > ?)`;
const NEXT_READY_GROUP = `
  SELECT group_id FROM queue_messages WHERE queue = ? AND state = 1 AND group_id > ? AND group_id <= ?
  ORDER BY group_id LIMIT 1`;
const GROUP_IN_STATE = `
  SELECT count(*) AS n FROM queue_messages WHERE queue = ? AND state = ? AND group_id = ?`;
const OWNER_IN_FLIGHT = `
  SELECT count(*) AS n FROM queue_messages WHERE queue = ? AND state = 2 AND group_id >= ? AND group_id <= ?`;
const take = (which: string) => `
  UPDATE queue_messages SET state = 2, visible_at_ms = ?, receives = receives + 1,
    first_received_at_ms = coalesce(first_received_at_ms, ?)
  WHERE ${which}
  RETURNING id, group_id, sent_at_ms, receives, crashes, first_received_at_ms, body`;
const TAKE_OF_GROUP = take(
  'id IN (SELECT id FROM queue_messages WHERE queue = ? AND state = 1 AND group_id = ? ORDER BY id LIMIT ?)',
);
const TAKE_ONE = take('id = ?');
const DELETE = `
  DELETE FROM queue_messages WHERE id = ? AND receives = ?`;
const RETURN = `
  UPDATE queue_messages SET state = ?, visible_at_ms = ?, crashes = 0 WHERE id = ? AND receives = ? AND state = 2`;
const nextAlone = (where: string) => `
  SELECT id FROM queue_messages AS message WHERE queue = ? AND crashes > 0 AND crashes >= ? AND state <> 0 ${where}
  ORDER BY receives, id LIMIT 1`;
const NEXT_ALONE = nextAlone('');
const NEXT_ALONE_IN_ORDER = nextAlone(`AND NOT EXISTS (
  SELECT 1 FROM queue_messages AS earlier
  WHERE earlier.queue = message.queue AND earlier.group_id = message.group_id AND earlier.id < message.id)`);
const ANY_IN_FLIGHT = `
  SELECT 1 FROM queue_messages WHERE queue = ? AND state = 2 LIMIT 1`;
// The consumer died with this message alone in flight: this receive counts.
const GIVE_BACK_ALONE = `
  UPDATE queue_messages SET state = 1, crashes = crashes + 1 WHERE queue = ? AND state = 2 AND crashes >= ?`;
const GIVE_BACK = `
  UPDATE queue_messages SET state = 1, receives = receives - 1, crashes = crashes + ? WHERE queue = ? AND state = 2`;
const REDRIVE = `
  INSERT INTO queue_messages (queue, group_id, body, state, visible_at_ms, sent_at_ms)
  SELECT queue, group_id, body, ?, ?, ? FROM queue_dead_letters WHERE id = ? AND queue = ?`;
const FORGET_DEDUPLICATION = `
  DELETE FROM queue_deduplication WHERE queue = ? AND (until_ms <= ? OR until_ms > ?)`;
const ADD_DEDUPLICATION = `
  INSERT OR IGNORE INTO queue_deduplication (queue, deduplication_id, until_ms) VALUES (?, ?, ?)`;
const BURY = `
  INSERT INTO queue_dead_letters
    (queue, group_id, sent_at_ms, receives, first_received_at_ms, dead_at_ms, reason, body)
  SELECT queue, group_id, sent_at_ms, receives, first_received_at_ms, ?, ?, body FROM queue_messages`;

/**
 * A queue in the SQLite file with the features of SQS: visibility, delays, receive counts, dead letters, and order
 * within the groups of a FIFO queue. Owners share the queue fairly, and so do the groups of an owner (`owner/group`):
 * whoever has the fewest messages in flight is served first. Processes may share the file. A receiver sees messages of
 * its own process at once, and those of others a moment later.
 */
export class SqliteQueue implements ConsumerQueue {
  readonly #database: Database;
  readonly #name: string;
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #retention: Clock;
  /** Receivers that wait. */
  readonly #waiting = new Set<() => void>();
  readonly #shares = new FairShares();
  /** When this process received each message in flight, by id. */
  readonly #receivedAtMs = makeCache<number>(IN_FLIGHT_REMEMBERED_MAX);
  /** The owner that was served last, and the last group of each owner: the next look begins after them. */
  #lastOwner = '';
  readonly #lastGroups = makeCache<string>(OWNERS_REMEMBERED_MAX);
  #retentionLookAtMs = 0;
  /**
   * The last look left ready messages because of those in flight: when one of these ends, another look is worthwhile.
   */
  #isHeldBack = false;

  constructor(
    database: Database,
    name: string,
    settings: QueueSettings,
    clock: Clock,
    retention: Clock = database.retention,
  ) {
    this.#retention = retention;
    this.#database = database;
    this.#name = name;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** All or nothing. Rejects with `StorageFullError` when the disk is full. */
  send(messages: readonly SentMessage[]): Promise<void> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      let isReady = false;
      for (const { body, groupId, delaySeconds = 0, deduplicationId } of messages) {
        if (deduplicationId !== undefined && this.#isRepeat(deduplicationId, nowMs)) continue;
        const state = delaySeconds > 0 ? WAITING : READY;
        isReady ||= state === READY;
        this.#database.run(
          INSERT,
          this.#name,
          state,
          groupId,
          Math.round(nowMs + delaySeconds * 1_000),
          nowMs,
          body,
        );
      }
      // Waiting receivers take the messages in this same transaction.
      if (isReady) this.#wake();
    });
  }

  async receive(request: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    if (request.signal?.aborted === true) return [];
    if (this.#hasReady()) {
      const taken = await this.#take(request);
      if (taken.length > 0) return taken;
    }
    return this.#wait(request);
  }

  delete(messages: readonly ReceivedMessage[]): Promise<void> {
    return this.#database.write(() => {
      for (const { id, receipt, groupId } of messages) {
        this.#database.run(DELETE, Number(id), Number(receipt));
        const receivedAtMs = this.#receivedAtMs.get(id);
        if (receivedAtMs === undefined || groupId === undefined) continue;
        this.#receivedAtMs.delete(id);
        this.#shares.ended(groupId, performance.now() - receivedAtMs);
      }
      if (this.#isHeldBack) this.#wake();
    });
  }

  fail(messages: readonly ReceivedMessage[]): Promise<void> {
    return this.returnLater(messages, this.#settings.visibilityTimeoutSeconds);
  }

  /** Messages that are still in flight are delivered again after the delay; this receive counts. */
  returnLater(messages: readonly Receipt[], delaySeconds: number): Promise<void> {
    return this.#database.write(() => {
      const visibleAtMs = Math.round(this.#clock.now() + delaySeconds * 1_000);
      for (const { id, receipt } of messages) {
        // The consumer that returns a message has not crashed because of it.
        this.#database.run(
          RETURN,
          delaySeconds > 0 ? WAITING : READY,
          visibleAtMs,
          Number(id),
          Number(receipt),
        );
      }
      if (this.#isHeldBack || delaySeconds <= 0) this.#wake();
    });
  }

  /** Moves the messages to the dead letters explicitly. */
  deadLetter(messages: readonly Receipt[], reason: string): Promise<void> {
    return this.#database.write(() => {
      for (const { id, receipt } of messages) {
        this.#bury(reason, 'id = ? AND receives = ?', [Number(id), Number(receipt)]);
      }
      if (this.#isHeldBack) this.#wake();
    });
  }

  /**
   * Puts dead letters back as new messages; returns how many there were. It is one transaction: each message is in
   * exactly one place at any time. Rejects with `StorageFullError` if the disk is full.
   */
  redrive(ids: readonly number[]): Promise<number> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      let count = 0;
      for (const id of ids) {
        // Somebody else may have redriven it.
        if (this.#database.run(REDRIVE, READY, nowMs, nowMs, id, this.#name) === 0) continue;
        this.#database.run('DELETE FROM queue_dead_letters WHERE id = ?', id);
        count += 1;
      }
      if (count > 0) this.#wake();
      return count;
    });
  }

  /** Oldest first. */
  deadLetters(max: number): readonly DeadLetter[] {
    return this.#database
      .all('SELECT * FROM queue_dead_letters WHERE queue = ? ORDER BY id LIMIT ?', this.#name, max)
      .map((row) => ({
        id: String(row['id']),
        body: String(row['body']),
        groupId: String(row['group_id']),
        sentAtMs: Number(row['sent_at_ms']),
        receiveCount: Number(row['receives']),
        deadAtMs: Number(row['dead_at_ms']),
        reason: String(row['reason']),
      }));
  }

  /**
   * Called at the start of the process that owns the file. Messages that the last owner had in flight are ready at
   * once, and that receive does not count, except for a message that was delivered alone because it had been in flight
   * at too many crashes: it may be their cause.
   * @param died whether the last owner crashed
   */
  giveBackInFlight({ died }: { readonly died: boolean }): Promise<void> {
    const { aloneAfterCrashes } = this.#settings;
    return this.#database.write(() => {
      if (died && aloneAfterCrashes !== undefined) {
        this.#database.run(GIVE_BACK_ALONE, this.#name, aloneAfterCrashes);
      }
      const crashes = died && aloneAfterCrashes !== undefined ? 1 : 0;
      this.#database.run(GIVE_BACK, crashes, this.#name);
    });
  }

  /** Whether a message with this id was sent within five minutes. */
  #isRepeat(deduplicationId: string, nowMs: number): boolean {
    this.#database.run(FORGET_DEDUPLICATION, this.#name, nowMs, beyondReachMs(nowMs, DEDUPLICATION_MS));
    const added = this.#database.run(
      ADD_DEDUPLICATION,
      this.#name,
      deduplicationId,
      nowMs + DEDUPLICATION_MS,
    );
    return added === 0;
  }

  /** Only reads: a look that finds nothing must cost next to nothing. */
  #hasReady(): boolean {
    if (this.#database.get(ANY_READY, this.#name) !== undefined) return true;
    const nowMs = this.#clock.now();
    const firstMs = this.#timeOf(FIRST);
    if (firstMs === undefined) return false;
    return firstMs <= nowMs || (this.#timeOf(LAST) ?? 0) > this.#beyondReachMs(nowMs);
  }

  #timeOf(query: string): number | undefined {
    const at = this.#database.get(query, this.#name)?.['at'];
    return typeof at === 'number' ? at : undefined;
  }

  /** A message that is hidden beyond this time was hidden by a clock that was ahead. */
  #beyondReachMs(nowMs: number): number {
    const longestSeconds = Math.max(DELAY_SECONDS_MAX, this.#settings.visibilityTimeoutSeconds);
    return beyondReachMs(nowMs, longestSeconds * 1_000);
  }

  /** Waits until something may be ready; returns nothing if that takes too long. */
  #wait(request: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    const { waitMs, signal } = request;
    return new Promise((resolve, reject) => {
      const endsAtMs = performance.now() + waitMs;
      const end = (taken: Promise<readonly ReceivedMessage[]> | readonly ReceivedMessage[]) => {
        clearTimeout(timer);
        this.#waiting.delete(onWake);
        signal?.removeEventListener('abort', onAbort);
        resolve(taken);
      };
      const onWake = () => end(this.#take(request));
      const onAbort = () => end([]);
      const look = () => {
        try {
          if (this.#hasReady()) onWake();
          else if (performance.now() >= endsAtMs) end([]);
          else timer = setTimeout(look, this.#lookAgainMs(endsAtMs));
        } catch (error) {
          this.#waiting.delete(onWake);
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        }
      };
      let timer = setTimeout(look, this.#lookAgainMs(endsAtMs));
      this.#waiting.add(onWake);
      signal?.addEventListener('abort', onAbort);
    });
  }

  #lookAgainMs(endsAtMs: number): number {
    const dueInMs = (this.#timeOf(FIRST) ?? Number.POSITIVE_INFINITY) - this.#clock.now();
    return Math.max(1, Math.min(POLL_MS, dueInMs, endsAtMs - performance.now()));
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #take({ max, freePlaces }: ReceiveRequest): Promise<readonly ReceivedMessage[]> {
    return this.#database.write(() => {
      const nowMs = this.#clock.now();
      this.#database.run(MAKE_DUE_READY, this.#name, nowMs, this.#beyondReachMs(nowMs));
      this.#endRetention();
      const alone = this.#nextAlone();
      this.#isHeldBack = alone === 'wait';
      if (alone === 'wait') return [];
      if (alone !== undefined) return this.#deliverable(this.#takeRows(TAKE_ONE, nowMs, [alone]), nowMs);
      const taken: ReceivedMessage[] = [];
      const owners = this.#ownersByInFlight();
      for (const [index, { owner, inFlight }] of owners.entries()) {
        const share = Math.ceil((max - taken.length) / (owners.length - index));
        const free = freePlaces === undefined ? undefined : freePlaces - taken.length;
        const allowed = free === undefined ? share : this.#shares.ofOwner({ inFlight, free });
        const count = Math.min(share, allowed);
        if (count < share) this.#isHeldBack = true;
        if (count <= 0) continue;
        taken.push(...this.#takeOfOwner(owner, count, free, nowMs));
        this.#lastOwner = owner;
        if (taken.length >= max) break;
      }
      return taken;
    });
  }

  #takeOfOwner(owner: string, max: number, freePlaces: number | undefined, nowMs: number): ReceivedMessage[] {
    const taken: ReceivedMessage[] = [];
    const groups = this.#groupsByInFlight(owner);
    for (const [index, { groupId, inFlight }] of groups.entries()) {
      const share = Math.ceil((max - taken.length) / (groups.length - index));
      const free = freePlaces === undefined ? undefined : freePlaces - taken.length;
      const allowed = free === undefined ? share : this.#shares.ofGroup(groupId, { inFlight, free });
      const count = Math.min(share, allowed);
      if (count < share) this.#isHeldBack = true;
      if (count <= 0) continue;
      const rows = this.#takeRows(TAKE_OF_GROUP, nowMs, [this.#name, groupId, count]);
      taken.push(...this.#deliverable(rows, nowMs));
      this.#lastGroups.set(owner, groupId);
      if (taken.length >= max) break;
    }
    return taken;
  }

  /** Owners with ready messages, those with the fewest in flight first. */
  #ownersByInFlight(): { readonly owner: string; readonly inFlight: number }[] {
    const owners: { owner: string; inFlight: number }[] = [];
    const look = (behind: string, until: string) => {
      let at = behind;
      while (owners.length < COMPARED_MAX) {
        const groupId = this.#nextReadyGroup(at, until);
        if (groupId === undefined) return;
        const owner = ownerOf(groupId);
        at = lastGroupOf(owner);
        const count = this.#database.get(OWNER_IN_FLIGHT, this.#name, owner, at)?.['n'];
        owners.push({ owner, inFlight: Number(count) });
      }
    };
    look(lastGroupOf(this.#lastOwner), BEHIND_ALL);
    look('', lastGroupOf(this.#lastOwner));
    return owners.sort((one, other) => one.inFlight - other.inFlight);
  }

  /** The owner's groups with ready messages, those with the fewest in flight first. */
  #groupsByInFlight(owner: string): { readonly groupId: string; readonly inFlight: number }[] {
    const groups: { groupId: string; inFlight: number }[] = [];
    const add = (groupId: string) => {
      const inFlight = this.#countInGroup(IN_FLIGHT, groupId);
      const isInOrder = this.#settings.fifo === true && inFlight + this.#countInGroup(WAITING, groupId) > 0;
      if (isInOrder) this.#isHeldBack = true;
      else groups.push({ groupId, inFlight });
    };
    const look = (behind: string, until: string) => {
      let at = behind;
      while (groups.length < COMPARED_MAX) {
        const groupId = this.#nextReadyGroup(at, until);
        if (groupId === undefined) return;
        at = groupId;
        add(groupId);
      }
    };
    const end = lastGroupOf(owner);
    if (end === owner) {
      add(owner);
      return groups;
    }
    const last = this.#lastGroups.get(owner) ?? owner;
    look(last, end);
    look(owner, last);
    return groups.sort((one, other) => one.inFlight - other.inFlight);
  }

  #nextReadyGroup(behind: string, until: string): string | undefined {
    const groupId = this.#database.get(NEXT_READY_GROUP, this.#name, behind, until)?.['group_id'];
    return typeof groupId === 'string' ? groupId : undefined;
  }

  #countInGroup(state: number, groupId: string): number {
    return Number(this.#database.get(GROUP_IN_STATE, this.#name, state, groupId)?.['n']);
  }

  /**
   * The next message that was in flight at too many crashes; `wait` while anything else is in flight, or one of these.
   * The one with the fewest receives comes first: if the host crashes for another reason, they share the blame.
   */
  #nextAlone(): number | 'wait' | undefined {
    const { aloneAfterCrashes, fifo } = this.#settings;
    if (aloneAfterCrashes === undefined) return undefined;
    const sql = fifo === true ? NEXT_ALONE_IN_ORDER : NEXT_ALONE;
    const next = this.#database.get(sql, this.#name, aloneAfterCrashes);
    if (next === undefined) return undefined;
    const busy = this.#database.get(ANY_IN_FLIGHT, this.#name);
    return busy === undefined ? Number(next['id']) : 'wait';
  }

  #takeRows(sql: string, nowMs: number, which: readonly (string | number)[]): Row[] {
    const untilMs = nowMs + this.#settings.visibilityTimeoutSeconds * 1_000;
    const rows = this.#database.all(sql, untilMs, nowMs, ...which).map(rowOf);
    // UPDATE returns rows in any order.
    return rows.sort((one, other) => one.id - other.id);
  }

  /** Returns the messages that were not received too often; the others go to the dead letters. */
  #deliverable(rows: readonly Row[], nowMs: number): ReceivedMessage[] {
    const { maxReceiveCount, deadAfterCrashes = Number.POSITIVE_INFINITY } = this.#settings;
    const messages: ReceivedMessage[] = [];
    for (const row of rows) {
      if (row.receives > maxReceiveCount || row.crashes >= deadAfterCrashes) {
        this.#database.run('UPDATE queue_messages SET receives = receives - 1 WHERE id = ?', row.id);
        const reason =
          row.crashes > 0
            ? `the host died ${row.crashes} times while it was in flight`
            : `received ${maxReceiveCount} times, and never ended`;
        this.#bury(reason, 'id = ?', [row.id], nowMs);
        continue;
      }
      this.#receivedAtMs.set(String(row.id), performance.now());
      messages.push({
        id: String(row.id),
        receipt: String(row.receives),
        body: row.body,
        groupId: row.groupId,
        receiveCount: row.receives,
        sentAtMs: row.sentAtMs,
        firstReceivedAtMs: row.firstReceivedAtMs,
      });
    }
    return messages;
  }

  #bury(
    reason: string,
    where: string,
    values: readonly (string | number)[],
    nowMs: number = this.#clock.now(),
  ): void {
    this.#database.run(`${BURY} WHERE ${where}`, nowMs, reason, ...values);
    this.#database.run(`DELETE FROM queue_messages WHERE ${where}`, ...values);
  }

  /**
   * A message that nobody received for too long becomes a dead letter, and dead letters are removed after the same
   * time: nothing vanishes without a trace.
   */
  #endRetention(): void {
    const nowMs = this.#retention.now();
    if (nowMs - this.#retentionLookAtMs < RETENTION_LOOK_MS) return;
    this.#retentionLookAtMs = nowMs;
    const beforeMs = nowMs - RETENTION_MS;
    this.#database.run(
      'DELETE FROM queue_dead_letters WHERE queue = ? AND dead_at_ms <= ?',
      this.#name,
      beforeMs,
    );
    this.#bury(
      `not received within ${QUEUE_RETENTION_SECONDS / 86_400} days`,
      'queue = ? AND state = 1 AND sent_at_ms <= ?',
      [this.#name, beforeMs],
      nowMs,
    );
  }
}

/** Sorts after every group. */
const BEHIND_ALL = '\u{10ffff}';

/** Sorts after the groups of an owner: the owner itself, if it is its only group. */
function lastGroupOf(owner: string): string {
  return owner.endsWith('/') ? `${owner}${BEHIND_ALL}` : owner;
}

interface Row {
  readonly id: number;
  readonly groupId: string;
  readonly sentAtMs: number;
  readonly receives: number;
  readonly crashes: number;
  readonly firstReceivedAtMs: number;
  readonly body: string;
}

function rowOf(row: Record<string, unknown>): Row {
  return {
    id: Number(row['id']),
    groupId: String(row['group_id']),
    sentAtMs: Number(row['sent_at_ms']),
    receives: Number(row['receives']),
    crashes: Number(row['crashes']),
    firstReceivedAtMs: Number(row['first_received_at_ms']),
    body: String(row['body']),
  };
}
