export type Less<T> = (left: T, right: T, leftIndex: number, rightIndex: number) => boolean;

/** Go uses insertion sort up to this many elements. */
const INSERTION_MAX = 12;

/**
 * A stable sort of a copy. Short arrays use insertion sort with Go's order of comparisons, because the error names the
 * element whose comparison fails first. Longer arrays use merge sort. The casts assert that every index is in range:
 * the compiler cannot see that, and a check would cost time on each comparison.
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

// Not Array.prototype.sort: its comparator must distinguish "greater" from "equal", which would take a second query per
// comparison.
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
