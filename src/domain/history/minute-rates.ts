import { unreachable } from '../../base/unreachable.ts';
import type { HistoryOutcome } from './history-entry.ts';

export const MINUTE_MS = 60_000;

/** The start of the minute that contains the time. */
export function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

/** The outcomes, in one minute, of one stream's events, or of events published directly to a publication. */
export interface MinuteRate {
  readonly minuteMs: number;
  /** Absent for direct publishes. */
  readonly subscriptionId?: string | undefined;
  readonly publication: string;
  /** First attempts, what is kept to be pulled, and what the filter dropped. */
  readonly received: number;
  readonly delivered: number;
  /** Stored for an app that pulls them. When it does so, no attempt is made, so the history does not have it. */
  readonly kept: number;
  /** Failed attempts, including retries. */
  readonly failed: number;
  /** Events parked after a failed attempt. */
  readonly parked: number;
  readonly dropped: number;
  /** The longest time from queueing a message to the end of its first attempt. */
  readonly lagMsMax?: number | undefined;
}

/** A number of attempts that share the other fields. */
export interface AttemptsOfMinute {
  readonly minuteMs: number;
  readonly subscriptionId: string | undefined;
  readonly publication: string;
  readonly outcome: HistoryOutcome;
  readonly isFirst: boolean;
  readonly count: number;
  readonly lagMsMax: number | undefined;
}

export interface DropsOfMinute {
  readonly minuteMs: number;
  readonly subscriptionId: string;
  readonly publication: string;
  readonly count: number;
}

/** Sums the rates per minute from the history sources, which count in different ways. */
export class RateSums {
  readonly #rates = new Map<string, MinuteRate>();

  addAttempts({ outcome, isFirst, count, lagMsMax, ...way }: AttemptsOfMinute): void {
    // Drops are counted separately; a stream that traces them has an entry in addition.
    if (outcome === 'dropped') return;
    const rate = this.#of(way);
    // To keep an event for who pulls it is no attempt, and none came before.
    const isReceived = isFirst || outcome === 'kept';
    const longest = Math.max(rate.lagMsMax ?? 0, isReceived ? (lagMsMax ?? 0) : 0);
    const kind = kindOf(outcome);
    this.#set({
      ...rate,
      received: rate.received + (isReceived ? count : 0),
      [kind]: rate[kind] + count,
      lagMsMax: longest > 0 ? Math.round(longest) : rate.lagMsMax,
    });
  }

  addDrops({ count, ...way }: DropsOfMinute): void {
    const rate = this.#of(way);
    this.#set({ ...rate, received: rate.received + count, dropped: rate.dropped + count });
  }

  /** Oldest minute first. */
  all(): MinuteRate[] {
    return [...this.#rates.values()].sort((one, other) => one.minuteMs - other.minuteMs);
  }

  #of(way: Pick<MinuteRate, 'minuteMs' | 'subscriptionId' | 'publication'>): MinuteRate {
    return (
      this.#rates.get(keyOf(way)) ?? {
        ...way,
        received: 0,
        delivered: 0,
        kept: 0,
        failed: 0,
        parked: 0,
        dropped: 0,
      }
    );
  }

  #set(rate: MinuteRate): void {
    this.#rates.set(keyOf(rate), rate);
  }
}

function keyOf(way: Pick<MinuteRate, 'minuteMs' | 'subscriptionId' | 'publication'>): string {
  return JSON.stringify([way.minuteMs, way.subscriptionId, way.publication]);
}

function kindOf(outcome: Exclude<HistoryOutcome, 'dropped'>): 'delivered' | 'kept' | 'failed' | 'parked' {
  switch (outcome) {
    case 'delivered':
    case 'kept':
      return outcome;
    case 'retry':
    case 'rejected':
    case 'exhausted':
    case 'disabled':
      return 'failed';
    case 'parked':
      return 'parked';
    default:
      return unreachable(outcome);
  }
}
