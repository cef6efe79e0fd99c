import { describe, expect, it } from 'vitest';
import { stableId } from './ids.ts';

describe('a stable id', () => {
  it('is the same for the same parts, and for no others', () => {
    expect(stableId('ab', 'c')).toBe(stableId('ab', 'c'));
    expect(stableId('ab', 'c')).not.toBe(stableId('a', 'bc'));
  });

  it('can be given on a command line: it never begins with a dash', () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => stableId(String(n)));
    expect(ids.filter((id) => !/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/.test(id))).toEqual([]);
  });
});
