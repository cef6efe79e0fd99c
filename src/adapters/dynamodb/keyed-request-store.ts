import type { KeyedRequest, KeyedRequestStore } from '../../domain/apps/keyed-request-store.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { keyedRequestKey } from './keys.ts';
import { type Expression, recordOf, type Table } from './table.ts';

/** A request may be removed between the write that found it and the read that looks at it, but not again and again. */
const TRIES_MAX = 5;

export class DynamoKeyedRequestStore implements KeyedRequestStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async begin(
    request: KeyedRequest,
    nowMs: number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'there'; readonly request: KeyedRequest }> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      if (await this.#table.put(itemOf(request), mayReplace(request, nowMs))) return { kind: 'begun' };
      const item = await this.#table.get(keyOf(request));
      if (item === undefined) continue;
      const stored = recordOf<KeyedRequest>(item);
      // A request that the SDK sent twice finds its own first try.
      return stored.tryId === request.tryId ? { kind: 'begun' } : { kind: 'there', request: stored };
    }
    throw new Error(`expected a keyed request to be there or not, found neither in ${TRIES_MAX} tries`);
  }

  async finish(request: KeyedRequest & { readonly answer: string }): Promise<'stored' | 'gone'> {
    return (await this.#table.put(itemOf(request), isOfTry(request))) ? 'stored' : 'gone';
  }

  async release(request: KeyedRequest): Promise<void> {
    const { expression, ...rest } = isOfTry(request);
    await this.#table.delete(keyOf(request), {
      ...rest,
      expression: `${expression} AND attribute_not_exists(#record.#answer)`,
      names: { ...rest.names, answer: 'answer' },
    });
  }
}

/** The domain's rule (`mayReplace`), as a condition on the table. */
function mayReplace({ contentHash }: KeyedRequest, nowMs: number): Expression {
  return {
    expression:
      'attribute_not_exists(pk) OR #record.#expires <= :now OR (attribute_not_exists(#record.#answer) AND #record.#content = :content AND #record.#busy <= :now)',
    names: {
      record: 'record',
      expires: 'expiresAtMs',
      answer: 'answer',
      content: 'contentHash',
      busy: 'busyUntilMs',
    },
    values: { now: nowMs, content: contentHash },
  };
}

function isOfTry({ tryId }: KeyedRequest): Expression & { readonly names: Readonly<Record<string, string>> } {
  return {
    expression: '#record.#try = :try',
    names: { record: 'record', try: 'tryId' },
    values: { try: tryId },
  };
}

function keyOf({ appId, keyHash }: KeyedRequest) {
  return keyedRequestKey(appId, keyHash);
}

function itemOf(request: KeyedRequest) {
  return {
    ...keyOf(request),
    record: request,
    [TABLE_TTL_ATTRIBUTE]: Math.ceil(request.expiresAtMs / 1_000),
  };
}
