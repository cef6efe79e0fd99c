const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/** Parses a duration such as `30s`, `1m`, `1h30m` or `500ms` into whole milliseconds; undefined for any other text. */
export function parseDurationMs(text: string): number | undefined {
  let totalMs = 0;
  let end = 0;
  for (const match of text.matchAll(PART)) {
    totalMs += Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
    end = match.index + match[0].length;
  }
  return end === text.length && end > 0 ? Math.round(totalMs) : undefined;
}

/** Formats a duration for people, as short as possible: `45 s`, `3 min`, `2.5 h`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${(ms / 86_400_000).toFixed(1)} d`;
}
