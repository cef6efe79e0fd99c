import { beyondReachMs } from '../../base/due.ts';
import { type Authorization, KEEP_ALIVE_MS } from '../../domain/authorizations/authorization.ts';
import type { AuthorizationStore } from '../../domain/authorizations/authorization-store.ts';
import { dueItems } from './due.ts';
import { refreshLockKey } from './keys.ts';
import { NamedRecords } from './named-records.ts';
import { recordOf, type Table } from './table.ts';

/** A lock that nobody released expires; its item may remain for a while. */
const LOCK_KEPT_SECONDS = 3_600;

export class DynamoAuthorizationStore implements AuthorizationStore {
  readonly #table: Table;
  readonly #records: NamedRecords<Authorization>;

  constructor(table: Table) {
    this.#table = table;
    this.#records = new NamedRecords(table, {
      kind: 'AUTHORIZATION',
      nameOf: ({ alias }) => alias,
      due: { kind: 'REFRESH', atMs: ({ refreshDueAtMs }) => refreshDueAtMs },
    });
  }

  create(authorization: Authorization): Promise<'created' | 'name-taken'> {
    return this.#records.create(authorization);
  }

  get(appId: string, aliasOrId: string): Promise<Authorization | undefined> {
    return this.#records.get(appId, aliasOrId);
  }

  list(appId: string): Promise<Authorization[]> {
    return this.#records.list(appId);
  }

  update(authorization: Authorization): Promise<'updated' | 'changed' | 'gone'> {
    return this.#records.update(authorization);
  }

  remove(appId: string, id: string): Promise<'removed' | 'gone'> {
    return this.#records.remove(appId, id);
  }

  async listRefreshDue(nowMs: number, limit: number): Promise<Authorization[]> {
    const items = await dueItems(this.#table, 'REFRESH', { nowMs, longestMs: KEEP_ALIVE_MS, limit });
    return items.map((item) => recordOf<Authorization>(item));
  }

  async lockRefresh(
    appId: string,
    id: string,
    owner: string,
    nowMs: number,
    untilMs: number,
  ): Promise<boolean> {
    return this.#table.put(
      {
        ...refreshLockKey(appId, id),
        lockOwner: owner,
        untilMs,
        expiresAtSeconds: Math.ceil(untilMs / 1_000) + LOCK_KEPT_SECONDS,
      },
      {
        expression: 'attribute_not_exists(pk) OR untilMs <= :now OR untilMs > :beyond OR lockOwner = :owner',
        values: { now: nowMs, beyond: beyondReachMs(nowMs, untilMs - nowMs), owner },
      },
    );
  }

  async unlockRefresh(appId: string, id: string, owner: string): Promise<void> {
    await this.#table.delete(refreshLockKey(appId, id), {
      expression: 'lockOwner = :owner',
      values: { owner },
    });
  }
}
