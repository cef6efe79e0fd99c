import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RateState, takeRate } from './rate-counter.ts';

const BURST_SECONDS = 3;

/** Arrivals in batches; a send in the line returns at its time or somewhat later. */
interface Arrivals {
  readonly ratePerSecond: number;
  readonly batches: readonly { readonly atMs: number; readonly count: number }[];
  readonly latenessMs: readonly number[];
}

const arrivals: fc.Arbitrary<Arrivals> = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 50 }),
  batches: fc.array(
    fc.record({ atMs: fc.integer({ min: 0, max: 20_000 }), count: fc.integer({ min: 1, max: 40 }) }),
    { minLength: 1, maxLength: 20 },
  ),
  latenessMs: fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 10 }),
});

interface Entry {
  readonly arrivedMs: number;
  readonly tries: number;
}

/** When each was sent, and how many tries it took. */
function run({ ratePerSecond, batches, latenessMs }: Arrivals): { sentMs: number[]; tries: number[] } {
  const waiting: { atMs: number; entries: Entry[]; hasWaited: boolean }[] = batches.map(
    ({ atMs, count }) => ({
      atMs,
      entries: Array.from({ length: count }, () => ({ arrivedMs: atMs, tries: 0 })),
      hasWaited: false,
    }),
  );
  const sentMs: number[] = [];
  const tries: number[] = [];
  let state: RateState | undefined;
  for (let step = 0; waiting.length > 0; step += 1) {
    if (step > 20_000) throw new Error('the line has no end');
    waiting.sort((a, b) => a.atMs - b.atMs);
    const next = waiting.shift();
    if (next === undefined) break;
    const { atMs: nowMs, entries, hasWaited } = next;
    const taken = takeRate(state, { ratePerSecond, count: entries.length, hasWaited, nowMs });
    state = taken.state;
    expect(taken.places.now + taken.places.laterMs.length).toBe(entries.length);
    for (const entry of entries.slice(0, taken.places.now)) {
      sentMs.push(nowMs);
      tries.push(entry.tries + 1);
    }
    for (const [index, laterMs] of taken.places.laterMs.entries()) {
      expect(laterMs).toBeGreaterThanOrEqual(nowMs);
      const entry = entries[taken.places.now + index];
      if (entry === undefined) throw new Error('expected a place for each that asked');
      const lateMs = latenessMs[(sentMs.length + index) % latenessMs.length] ?? 0;
      waiting.push({
        atMs: laterMs + lateMs,
        entries: [{ ...entry, tries: entry.tries + 1 }],
        hasWaited: true,
      });
    }
  }
  return { sentMs, tries };
}

describe('a rate limit', () => {
  it('is kept in every span of time, and everything is sent in the end', () => {
    fc.assert(
      fc.property(arrivals, (given) => {
        const { sentMs } = run(given);
        expect(sentMs).toHaveLength(given.batches.reduce((sum, { count }) => sum + count, 0));
        for (const [first, fromMs] of sentMs.entries()) {
          for (let last = first; last < sentMs.length; last += 1) {
            const seconds = ((sentMs[last] ?? 0) - fromMs) / 1_000;
            const most = given.ratePerSecond * (seconds + BURST_SECONDS);
            expect(last - first + 1).toBeLessThanOrEqual(Math.ceil(most + 1e-3));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 900, 2_500, 30_000])(
    'lets a backlog of minutes pass at its pace, each asking twice, when all come %d ms late',
    (lateMs) => {
      const { sentMs, tries } = run({
        ratePerSecond: 20,
        batches: Array.from({ length: 40 }, () => ({ atMs: 0, count: 100 })),
        latenessMs: [lateMs],
      });
      expect(Math.max(...tries)).toBe(2);
      expect(Math.max(...sentMs)).toBeLessThanOrEqual(200_000 + lateMs);
    },
  );

  it('costs few a second turn when they come out of step by up to two seconds', () => {
    const { sentMs, tries } = run({
      ratePerSecond: 10,
      batches: Array.from({ length: 30 }, () => ({ atMs: 0, count: 100 })),
      latenessMs: [0, 1_900, 300, 1_200, 700, 50, 1_500, 1_000, 400, 1_700],
    });
    expect(Math.max(...sentMs)).toBeLessThan(330_000);
    expect(tries.reduce((sum, each) => sum + each, 0) / tries.length).toBeLessThan(2.1);
  });
});
