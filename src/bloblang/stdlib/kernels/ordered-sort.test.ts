import { expect, it } from 'vitest';
import { orderedSort } from './ordered-sort.ts';

it.each([0, 1, 2, 12, 13, 100, 1000])('sorts %d elements and keeps equal ones in order', (length) => {
  const items = Array.from({ length }, (_, index) => ({ key: (index * 7919) % 31, index }));
  const sorted = orderedSort(items, (left, right) => left.key < right.key);
  expect(sorted).toEqual(items.toSorted((left, right) => left.key - right.key || left.index - right.index));
});

it('compares element 1 with element 0 first, and leaves the source as it was', () => {
  const seen: string[] = [];
  const source = [3, 1, 2];
  orderedSort(source, (left, right, leftIndex, rightIndex) => {
    seen.push(`${leftIndex},${rightIndex}`);
    return left < right;
  });
  expect(seen).toEqual(['1,0', '2,1', '1,0']);
  expect(source).toEqual([3, 1, 2]);
});
