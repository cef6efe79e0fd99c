/**
 * Does the work for every item, at most `atOnceMax` at a time, begun in the order of the items; results in their order. When
 * one fails, no further one is begun, and its error is thrown once those under way have ended: nothing goes on behind the
 * caller's back.
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
    // The lanes share the iterator: each takes the next item that nobody has.
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
