export type Less<T> = (left: T, right: T, leftIndex: number, rightIndex: number) => boolean;

/** Go sorts up to this many elements by insertion. */
const INSERTION_MAX = 12;

/**
 * Sorts a copy, and is stable. Short arrays by insertion and in Go's order of comparisons, because the comparison that fails first
 * names its element in the error; longer ones by merging.
 *
 * The casts say that every index is in range, which the compiler cannot see and a check would pay for on each comparison.
 */
export function orderedSort<T>(source: readonly T[], less: Less<T>): T[] {
  const items = [...source];
  if (items.length > INSERTION_MAX) return mergeSort(items, less);
  for (let i = 1; i < items.length; i++) {
    for (let j = i; j > 0; j--) {
      const right = items[j] as T;
      const left = items[j - 1] as T;
      if (!less(right, left, j, j - 1)) break;
      items[j] = left;
      items[j - 1] = right;
    }
  }
  return items;
}

// Not Array.prototype.sort: its comparator has to tell "greater" from "equal", which here would be a second query per comparison.
function mergeSort<T>(items: T[], less: Less<T>): T[] {
  let source = items;
  let target = new Array<T>(items.length);
  for (let width = 1; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += width * 2) {
      const middle = Math.min(start + width, items.length);
      const end = Math.min(start + width * 2, items.length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeRight =
          left >= middle || (right < end && less(source[right] as T, source[left] as T, right, left));
        target[at] = (takeRight ? source[right++] : source[left++]) as T;
      }
    }
    [source, target] = [target, source];
  }
  return source;
}
