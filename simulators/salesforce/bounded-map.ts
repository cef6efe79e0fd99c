/** Makes room for one more entry by dropping the oldest, so that a runaway client does not fill the memory. */
export function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size < most) return;
    map.delete(key);
  }
}
