import { makeCache } from '../../base/cache.ts';
import type { BreakerEvidence } from '../../domain/publications/breaker.ts';

/**
 * A receiver counts as failing when at least this many attempts ended within the window, nearly all of them failed, and
 * the first of these failures began at least this long ago. A receiver that restarts within ten seconds opens no
 * breaker: its retries find it up.
 */
const SLICE_MS = 5_000;
const SLICES = 6;
const ATTEMPTS_MIN = 10;
const FAILED_SHARE_MIN = 0.8;
const FAILING_MS_MIN = 10_000;
/** How many publications are watched; one that is evicted starts afresh. */
const PUBLICATIONS_MAX = 10_000;

interface Slice {
  /** The number of the slice since the epoch. */
  number: number;
  attempts: number;
  failures: number;
  /** When the first of its failures began. */
  failingFromMs: number;
}

interface Window {
  readonly slices: Slice[];
  lastSuccessAtMs: number;
}

/**
 * What one worker has recently seen of each receiver. For a busy publication, each worker's share of the traffic is as
 * good as all of it; for a quiet one it may be too little, which is why `publication-health.ts` also judges single
 * deliveries. A success costs some 70 ns, and nothing leaves the process.
 */
export class OutcomeWindows {
  readonly #windows = makeCache<Window>(PUBLICATIONS_MAX);

  succeeded(publicationId: string, nowMs: number): void {
    const window = this.#windowOf(publicationId);
    window.lastSuccessAtMs = nowMs;
    sliceAt(window, nowMs).attempts += 1;
  }

  /** @returns the evidence, if the receiver now counts as failing */
  failed(publicationId: string, startedAtMs: number, nowMs: number): BreakerEvidence | undefined {
    const window = this.#windowOf(publicationId);
    const slice = sliceAt(window, nowMs);
    slice.attempts += 1;
    slice.failures += 1;
    slice.failingFromMs = Math.min(slice.failingFromMs, startedAtMs);
    const evidence = sumOf(window, nowMs);
    const { attemptCount, failureCount, fromMs } = evidence;
    const isFailing =
      attemptCount >= ATTEMPTS_MIN &&
      failureCount >= attemptCount * FAILED_SHARE_MIN &&
      nowMs - fromMs >= FAILING_MS_MIN;
    return isFailing ? evidence : undefined;
  }

  /** Unix time in milliseconds; negative infinity if no success was seen. */
  lastSuccessAtMs(publicationId: string): number {
    return this.#windows.get(publicationId)?.lastSuccessAtMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Discards what was seen. */
  forget(publicationId: string): void {
    this.#windows.delete(publicationId);
  }

  #windowOf(publicationId: string): Window {
    const known = this.#windows.get(publicationId);
    if (known !== undefined) return known;
    const window = { slices: [], lastSuccessAtMs: Number.NEGATIVE_INFINITY };
    this.#windows.set(publicationId, window);
    return window;
  }
}

function sliceAt({ slices }: Window, nowMs: number): Slice {
  const number = Math.floor(nowMs / SLICE_MS);
  const index = number % SLICES;
  const known = slices[index];
  if (known?.number === number) return known;
  const slice = { number, attempts: 0, failures: 0, failingFromMs: Number.POSITIVE_INFINITY };
  slices[index] = slice;
  return slice;
}

function sumOf({ slices }: Window, nowMs: number): BreakerEvidence {
  const newest = Math.floor(nowMs / SLICE_MS);
  let [attemptCount, failureCount, fromMs] = [0, 0, nowMs];
  for (const slice of slices) {
    if (slice === undefined || slice.number <= newest - SLICES || slice.number > newest) continue;
    attemptCount += slice.attempts;
    failureCount += slice.failures;
    fromMs = Math.min(fromMs, slice.failingFromMs);
  }
  return { attemptCount, failureCount, fromMs };
}
