// The messages between the page and the worker that runs filters. They are plain data, because they are copied from one
// to the other.
import type { FilterResult } from '../../../src/pipeline/route/try-filter.ts';

/** A place where a mapping does not compile, or fails on an event. Offsets in UTF-16 units, as an editor counts. */
export interface Fault {
  readonly from: number;
  readonly to: number;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; absent if only the line is known. */
  readonly column?: number | undefined;
  readonly message: string;
}

/** A CloudEvent in structured JSON, parsed. */
export type ShownEvent = Readonly<Record<string, unknown>>;

export type Question =
  | { readonly kind: 'check'; readonly source: string }
  | { readonly kind: 'run'; readonly source: string; readonly event: ShownEvent }
  | {
      readonly kind: 'backtest';
      /** `null` lets everything pass. */
      readonly source: string | null;
      /** The stream's current filter, to compare with; absent where no stream exists. */
      readonly current?: { readonly source: string | null } | undefined;
      /** Oldest first. */
      readonly events: readonly ShownEvent[];
    }
  | { readonly kind: 'generate'; readonly mapping: string };

export interface Answers {
  check: { readonly faults: readonly Fault[] };
  /** `result` is absent for a filter that does not compile. */
  run: { readonly faults: readonly Fault[]; readonly result?: FilterResult | undefined };
  backtest: BacktestReport;
  generate: { readonly data: unknown } | { readonly refusal: string };
}

export interface Example {
  readonly kind: FilterResult['kind'];
  readonly eventId: string;
  /** What would be delivered; for a dropped event, its data as it came. */
  readonly data?: unknown;
  readonly message?: string | undefined;
}

/** A filter's results over the events tried so far. */
export interface BacktestReport {
  readonly events: number;
  readonly tried: number;
  readonly kept: number;
  readonly dropped: number;
  readonly failed: number;
  /** The newest of each kind. */
  readonly examples: readonly Example[];
  readonly comparison?:
    | {
        readonly same: number;
        readonly changes: readonly {
          readonly what: string;
          readonly events: number;
          readonly example: string;
        }[];
      }
    | undefined;
  /** The current filter or the new one does not compile: nothing was tried. */
  readonly refusal?: string | undefined;
}

export type FromPage = Question & { readonly id: number };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly id: number; readonly report: BacktestReport }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string };
