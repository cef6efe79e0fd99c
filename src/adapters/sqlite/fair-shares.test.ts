import { describe, expect, it } from 'vitest';
import { FairShares, FIRST_WINDOW, ownerOf, SLOW_MS } from './fair-shares.ts';

describe('the share of a group', () => {
  const idle = { inFlight: 0, free: 1_000 };

  it('begins small, and grows with what ends soon', () => {
    const shares = new FairShares();
    expect(shares.ofGroup('a/1', idle)).toBe(FIRST_WINDOW);
    for (let n = 0; n < 100; n += 1) shares.ended('a/1', 5);
    expect(shares.ofGroup('a/1', idle)).toBe(FIRST_WINDOW + 100);
    expect(shares.ofGroup('a/2', idle)).toBe(FIRST_WINDOW);
  });

  it('shrinks with what does not, down to one', () => {
    const shares = new FairShares();
    for (let n = 0; n < 10; n += 1) shares.ended('a/1', SLOW_MS + 1);
    expect(shares.ofGroup('a/1', idle)).toBe(1);
    expect(shares.ofGroup('a/1', { inFlight: 1, free: 1_000 })).toBe(0);
  });

  it('is never more than half of what is free', () => {
    expect(new FairShares().ofGroup('a/1', { inFlight: 2, free: 6 })).toBe(2);
  });
});

describe('the share of an owner', () => {
  it('leaves a quarter to others, and none is too late for one', () => {
    const shares = new FairShares();
    expect(shares.ofOwner({ inFlight: 0, free: 400 })).toBe(300);
    expect(shares.ofOwner({ inFlight: 300, free: 100 })).toBe(0);
    expect(shares.ofOwner({ inFlight: 0, free: 1 })).toBe(1);
    expect(shares.ofOwner({ inFlight: 0, free: 0 })).toBe(0);
  });

  it('is that of all groups with its name before the slash', () => {
    expect(ownerOf('a/1')).toBe(ownerOf('a/2'));
    expect(ownerOf('a')).not.toBe(ownerOf('a/1'));
  });
});
