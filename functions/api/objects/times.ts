/** RFC 3339 in UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

export function optionalTimeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : timeText(ms);
}
