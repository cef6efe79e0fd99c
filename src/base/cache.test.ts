import { describe, expect, it } from 'vitest';
import { TestClock } from '../../test/support/test-clock.ts';
import { LookupCache, makeCache } from './cache.ts';

function harness(entriesMax = 10) {
  const clock = new TestClock();
  const cache = new LookupCache<string | undefined>(entriesMax, { clock, ageMsMax: 5_000 });
  const lookups: string[] = [];
  const get = (key: string, value: string | Error = key.toUpperCase()) =>
    cache.get(key, async () => {
      lookups.push(key);
      if (value instanceof Error) throw value;
      return value === 'nothing' ? undefined : value;
    });
  return { clock, cache, lookups, get };
}

describe('LookupCache', () => {
  it('looks up once for all who ask at the same time and within the time', async () => {
    const { clock, lookups, get } = harness();
    expect(await Promise.all([get('a'), get('a'), get('a')])).toEqual(['A', 'A', 'A']);
    clock.advance(5_000);
    expect(await get('a', 'newer')).toBe('A');
    clock.advance(1);
    expect(await get('a', 'newer')).toBe('newer');
    expect(lookups).toEqual(['a', 'a']);
  });

  it('looks up again what was not found', async () => {
    const { lookups, get } = harness();
    expect(await get('a', 'nothing')).toBeUndefined();
    expect(await get('a')).toBe('A');
    expect(lookups).toHaveLength(2);
  });

  it('looks up again what failed, and tells everybody who waited', async () => {
    const { lookups, get } = harness();
    const waiting = [get('a', new Error('no answer')), get('a')];
    for (const each of waiting) await expect(each).rejects.toThrow('no answer');
    expect(await get('a')).toBe('A');
    expect(lookups).toHaveLength(2);
  });

  it('forgets what it is told to, and the oldest when it is full', async () => {
    const { cache, lookups, get } = harness(2);
    await get('a');
    await get('b');
    cache.forget('a');
    await get('a');
    await get('c');
    await get('a');
    await get('b');
    expect(lookups).toEqual(['a', 'b', 'a', 'c', 'b']);
  });
});

const AHEAD_MS = 100 * 3_600_000;

describe('makeCache', () => {
  it('makes room by what was not used for longest', () => {
    const cache = makeCache<string>(2);
    cache.set('a', 'A').set('b', 'B');
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('does not answer what is older than it may be, by the clock it is given', () => {
    const clock = new TestClock();
    const cache = makeCache<string>(2, { clock, ageMsMax: 5_000 });
    cache.set('a', 'A');
    clock.advance(5_000);
    expect(cache.get('a')).toBe('A');
    clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  it('keeps nothing until the time comes again that the clock showed before it was put back', () => {
    const clock = new TestClock();
    const cache = makeCache<string>(2, { clock, ageMsMax: 5_000 });
    clock.advance(AHEAD_MS);
    cache.set('a', 'A');
    clock.advance(-AHEAD_MS);
    expect(cache.get('a')).toBe('A');
    clock.advance(5_001);
    expect(cache.get('a')).toBeUndefined();
  });
});
