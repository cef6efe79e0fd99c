import type { Publication } from '../publications/publication.ts';
import type { Stream } from '../streams/stream.ts';
import type { DropCount, KeptEntry } from './history-entry.ts';
import type { MinuteRate } from './minute-rates.ts';

/** The outcome of an app's events, including those delivered at the first attempt. */
export interface DeliveryHistory {
  /** Newest first. */
  find(appId: string, query: HistoryQuery): Promise<FoundHistory | HistoryBusy>;
  /** How many events the streams' filters dropped, by stream and minute; newest first. */
  drops(appId: string, span: HistorySpan & { readonly limit: number }): Promise<FoundDrops | HistoryBusy>;
  /**
   * Event rates by stream and minute, oldest first. A minute that the span cuts counts only in part, except for drops,
   * which are only known by the minute.
   */
  rates(appId: string, span: HistorySpan): Promise<FoundRates | HistoryBusy>;
}

/** A half-open time span: from `fromMs` on and before `untilMs`. */
export interface HistorySpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface HistoryQuery extends HistorySpan {
  readonly eventId?: string | undefined;
  /** The name of a publication. */
  readonly publication?: string | undefined;
  readonly limit: number;
  /** The app's resources, from a caller that has just listed them, so that no part of the search lists them again. */
  readonly listed?: ListedResources | undefined;
}

export interface ListedResources {
  readonly publications: readonly Publication[];
  readonly streams: readonly Stream[];
}

export interface FoundHistory {
  readonly kind: 'found';
  readonly entries: readonly KeptEntry[];
  /** False when there are more than requested, or the search took too long. */
  readonly isComplete: boolean;
  /** Bytes of logs scanned, which AWS bills; absent where a search is free. */
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

/** Too many searches are running, so this one was not started. */
export interface HistoryBusy {
  readonly kind: 'busy';
}

export const HISTORY_ENTRIES_MAX = 1_000;
export const HISTORY_ENTRIES_DEFAULT = 100;
/** How far back a search without a time reaches: on AWS, every byte of logs in between costs money. */
export const HISTORY_SPAN_DEFAULT_MS = 24 * 3_600_000;
/** The longest span of a search. */
export const HISTORY_SPAN_MAX_MS = 7 * 86_400_000;
