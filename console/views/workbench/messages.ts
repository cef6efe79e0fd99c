// What the page and the worker that runs filters say to each other. Plain data: it is copied from one to the other.
import type { FilterResult } from '../../../src/pipeline/route/try-filter.ts';

/** A place in a mapping that does not compile, or that an event made fail. Offsets in UTF-16 units, as an editor counts. */
export interface Fault {
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  /** From 1; absent for what is only known by its line. */
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
      /** What the stream has now, to compare with; absent where there is no stream. */
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
  /** What would be delivered; of one that is dropped, the data as it came. */
  readonly data?: unknown;
  readonly message?: string | undefined;
}

/** How a filter does on events; of those that it was tried on so far. */
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
  /** The current filter, or the new one, does not compile: nothing was tried. */
  readonly refusal?: string | undefined;
}

export type FromPage = Question & { readonly id: number };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly id: number; readonly report: BacktestReport }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string };
