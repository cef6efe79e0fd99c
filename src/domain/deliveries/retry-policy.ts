/** The longest wait after the first attempt and after each further one. Ten retries take about two days. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];
/** A target that asks for a longer wait gets this one. */
export const RETRY_AFTER_MS_MAX = 86_400_000;

/**
 * How long to wait after `attemptCount` failed attempts; undefined after the last retry. Jitter covers the upper half
 * of each step, so that waits still grow from step to step and many deliveries spread out.
 * @param retryAfterMs how long the target asks to wait, if it does
 * @param random 0 ≤ random < 1
 * @param delaysMs the publication's own schedule, if it has one
 */
export function retryDelayMs(
  attemptCount: number,
  random: number,
  retryAfterMs?: number,
  delaysMs: readonly number[] = RETRY_DELAYS_MS,
): number | undefined {
  const stepMs = delaysMs[attemptCount - 1];
  if (stepMs === undefined) return undefined;
  const jitteredMs = Math.round(stepMs * (0.5 + random / 2));
  return Math.max(jitteredMs, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX));
}
