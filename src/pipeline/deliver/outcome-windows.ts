import { makeCache } from '../../base/cache.ts';
import type { BreakerEvidence } from '../../domain/publications/breaker.ts';

/**
 * What counts as failing: of at least so many attempts that ended within the window, nearly all failed, and the first of these
 * failures began so long ago. A receiver that restarts within ten seconds opens no breaker: its retries find it up.
 */
const SLICE_MS = 5_000;
const SLICES = 6;
const ATTEMPTS_MIN = 10;
const FAILED_SHARE_MIN = 0.8;
const FAILING_MS_MIN = 10_000;
/** Publications that are watched; one that is forgotten begins anew. */
const PUBLICATIONS_MAX = 10_000;

interface Slice {
  /** Which slice of all time it is. */
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
 * What one worker saw of each receiver lately. Each worker of a busy publication sees a share of its traffic, which is as good as
 * all of it; of a quiet one a worker may see too little (what one delivery says by itself is for that: `publication-health.ts`). Success costs
 * some 70 ns, and nothing leaves the process.
 */
export class OutcomeWindows {
  readonly #windows = makeCache<Window>(PUBLICATIONS_MAX);

  succeeded(publicationId: string, nowMs: number): void {
    const window = this.#windowOf(publicationId);
    window.lastSuccessAtMs = nowMs;
    sliceAt(window, nowMs).attempts += 1;
  }

  /** @returns what was seen, where the receiver counts as failing by now */
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

  /** Unix time in milliseconds; negative infinity where none was seen. */
  lastSuccessAtMs(publicationId: string): number {
    return this.#windows.get(publicationId)?.lastSuccessAtMs ?? Number.NEGATIVE_INFINITY;
  }

  /** What was seen does not count any more. */
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
