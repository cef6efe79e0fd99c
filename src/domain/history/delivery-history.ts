import type { DropCount, KeptEntry } from './history-entry.ts';
import type { MinuteRate } from './minute-rates.ts';

/** What became of an app's events, also of those that were delivered at once. */
export interface DeliveryHistory {
  /** Newest first. */
  find(appId: string, query: HistoryQuery): Promise<FoundHistory | HistoryBusy>;
  /** How many events the filters of streams dropped, by stream and minute; newest first. */
  drops(appId: string, span: HistorySpan & { readonly limit: number }): Promise<FoundDrops | HistoryBusy>;
  /** How events flow, by stream and minute, oldest first. Of minutes that the span cuts, the part within it counts, but for drops: of them a minute is the least. */
  rates(appId: string, span: HistorySpan): Promise<FoundRates | HistoryBusy>;
}

/** Of time: from the first moment, and before the second. */
export interface HistorySpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface HistoryQuery extends HistorySpan {
  readonly eventId?: string | undefined;
  /** The name of a publication. */
  readonly publication?: string | undefined;
  readonly limit: number;
}

export interface FoundHistory {
  readonly kind: 'found';
  readonly entries: readonly KeptEntry[];
  /** False when there are more than were asked for, or the search took too long. */
  readonly isComplete: boolean;
  /** Bytes of logs that were looked through, which AWS bills; absent where it costs nothing. */
  readonly scannedBytes?: number | undefined;
}

export interface FoundDrops {
  readonly kind: 'found';
  readonly drops: readonly DropCount[];
  readonly isComplete: boolean;
  readonly scannedBytes?: number | undefined;
}

export interface FoundRates {
  readonly kind: 'found';
  readonly rates: readonly MinuteRate[];
  readonly isComplete: boolean;
  readonly scannedBytes?: number | undefined;
}

/** So many searches are under way that this one was not begun. */
export interface HistoryBusy {
  readonly kind: 'busy';
}

export const HISTORY_ENTRIES_MAX = 1_000;
export const HISTORY_ENTRIES_DEFAULT = 100;
/** Without a time, a search looks back so far: on AWS each byte of logs between costs money. */
export const HISTORY_SPAN_DEFAULT_MS = 24 * 3_600_000;
/** A search looks through no more. */
export const HISTORY_SPAN_MAX_MS = 7 * 86_400_000;
