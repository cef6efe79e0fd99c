import { type Cache, makeCache } from '../../base/cache.ts';
import { beyondReachMs } from '../../base/due.ts';
import {
  RATE_LINE_MS_MAX,
  RATE_STATE_KEPT_MS,
  type RateCounter,
  type RatePlaces,
  type RateRequest,
  type RateState,
  rateBurstMs,
  rateLineEndMs,
  ratePlacesFrom,
  rateReachMs,
  rateRoom,
  rateStateAt,
  rateStepMs,
} from '../../domain/deliveries/rate-counter.ts';
import { TABLE_TTL_ATTRIBUTE } from '../../settings/table.ts';
import { rateCounterKey } from './keys.ts';
import type { Expression, Item, Table } from './table.ts';

/** Counters whose last known state is cached. */
const KEYS_MAX = 1_000;
/** How often a write may lose to faster ones. */
const TRIES_MAX = 10;

/**
 * Usually takes one write, which adds to what is taken, on the condition that the last known state still leads to the
 * same answer. Times in the state only grow: a refusal based on an old state is right, however old it is. An addition
 * to a line has no condition that another addition could break, so that many processes with a backlog do not wait for
 * one another. What the SDK sends twice takes twice as many places, which stay empty.
 */
export class DynamoRateCounter implements RateCounter {
  readonly #table: Table;
  readonly #known: Cache<RateState> = makeCache(KEYS_MAX);

  constructor(table: Table) {
    this.#table = table;
  }

  async take(key: string, request: RateRequest): Promise<RatePlaces> {
    const now = await this.#takeRoom(key, request);
    const waiting = request.count - now;
    return { now, laterMs: waiting === 0 ? [] : await this.#joinLine(key, request, waiting) };
  }

  async #takeRoom(key: string, request: RateRequest): Promise<number> {
    const { ratePerSecond, hasWaited, nowMs } = request;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const state = rateStateAt(this.#known.get(key), request);
      const now = rateRoom(state, request);
      if (now === 0) return 0;
      const takenMs = now * rateStepMs(ratePerSecond);
      const isFree = state.sentUntilMs === nowMs;
      const conditions = [
        isFree
          ? '(attribute_not_exists(sentUntilMs) OR sentUntilMs <= :now OR sentUntilMs > :beyond)'
          : 'sentUntilMs BETWEEN :now AND :latest',
        ...(hasWaited
          ? []
          : ['(attribute_not_exists(lineUntilMs) OR lineUntilMs <= :now OR lineUntilMs > :lineBeyond)']),
      ];
      const written = await this.#write(key, request, conditions.join(' AND '), {
        expression: isFree ? 'sentUntilMs = :until' : 'sentUntilMs = sentUntilMs + :taken',
        values: {
          now: nowMs,
          ...(isFree
            ? { until: nowMs + takenMs, beyond: beyondReachMs(nowMs, rateReachMs(ratePerSecond)) }
            : { taken: takenMs, latest: nowMs + rateBurstMs(request) - takenMs }),
          ...(!hasWaited && { lineBeyond: beyondReachMs(nowMs, RATE_LINE_MS_MAX) }),
        },
      });
      if (written !== undefined) return now;
    }
    // Others were always faster: with this many at once, the limit is exceeded in any case.
    return 0;
  }

  async #joinLine(key: string, request: RateRequest, count: number): Promise<readonly number[]> {
    const { ratePerSecond, nowMs } = request;
    const takenMs = count * rateStepMs(ratePerSecond);
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const state = rateStateAt(this.#known.get(key), request);
      const fromMs = rateLineEndMs(state);
      const lastMs = nowMs + RATE_LINE_MS_MAX;
      if (state.lineUntilMs >= lastMs) return ratePlacesFrom(fromMs, count, request);
      const isLine = state.lineUntilMs > nowMs;
      const adds = isLine && fromMs + takenMs <= lastMs;
      const written = await this.#write(
        key,
        request,
        isLine
          ? 'lineUntilMs BETWEEN :now AND :lineBeyond'
          : '(attribute_not_exists(lineUntilMs) OR lineUntilMs <= :now OR lineUntilMs > :lineBeyond)',
        {
          expression: adds ? 'lineUntilMs = lineUntilMs + :taken' : 'lineUntilMs = :until',
          values: {
            now: nowMs,
            lineBeyond: beyondReachMs(nowMs, RATE_LINE_MS_MAX),
            ...(adds ? { taken: takenMs } : { until: Math.min(fromMs + takenMs, lastMs) }),
          },
        },
      );
      if (written === undefined) continue;
      return ratePlacesFrom(adds ? written.lineUntilMs - takenMs : fromMs, count, request);
    }
    throw new Error(`expected a place in the line of ${key} within ${TRIES_MAX} tries`);
  }

  /** Returns the new state; undefined if the condition failed, in which case the state is read again. */
  async #write(
    key: string,
    { nowMs }: RateRequest,
    condition: string,
    { expression, values }: Expression,
  ): Promise<RateState | undefined> {
    const item = await this.#table.update(
      rateCounterKey(key),
      {
        expression: `SET ${expression}, #expires = :expires`,
        names: { expires: TABLE_TTL_ATTRIBUTE },
        values: { ...values, expires: Math.ceil((nowMs + RATE_STATE_KEPT_MS) / 1_000) },
      },
      condition,
    );
    const state = stateOf(item ?? (await this.#table.get(rateCounterKey(key))));
    this.#known.set(key, state);
    return item === undefined ? undefined : state;
  }
}

function stateOf(item: Item | undefined): RateState {
  return {
    sentUntilMs: Number(item?.['sentUntilMs'] ?? 0),
    lineUntilMs: Number(item?.['lineUntilMs'] ?? 0),
  };
}
