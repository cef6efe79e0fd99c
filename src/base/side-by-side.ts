/**
 * Runs the work for every item, at most `atOnceMax` at a time, starting and returning results in item order. When one
 * fails, no further item starts, and its error is thrown once the running ones have ended, so that nothing continues
 * after the caller has moved on.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  atOnceMax: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const left = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const lane = async () => {
    // The lanes share the iterator, so each takes the next free item.
    for (const [index, item] of left) {
      try {
        results[index] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnceMax, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
  return results;
}
