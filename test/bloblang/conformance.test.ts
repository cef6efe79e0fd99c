// Runs the engine against the vectors. The floors are its current scores, rounded down: a change that loses vectors
// fails here.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isComparable, LEVELS, type Level, type Score, score, tally, type Vector } from './scoring.ts';

const HERE = new URL('vectors/probes.json', import.meta.url);
/** Taken from the reference engine's own documentation and tests; not part of this repository. */
const UPSTREAM = new URL('../../../shared/bloblang/upstream.json', import.meta.url);

type Floors = Readonly<Record<Level, number>>;
const PROBE_FLOORS: Floors = { L1: 99.5, L2: 99.5, L3: 99.5, L4: 96 };
const UPSTREAM_FLOORS: Floors = { L1: 99.3, L2: 97.5, L3: 99, L4: 98 };

function scoresOf(file: URL): Score[] {
  const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8'));
  return vectors.filter(isComparable).map(score);
}

function headline(scores: readonly Score[]): readonly Score[] {
  return scores.filter(
    ({ vector, deviates }) => !deviates && (vector.tier === 'core' || vector.tier === 'extended'),
  );
}

function check(scores: readonly Score[], floors: Floors): void {
  const counted = headline(scores);
  for (const level of LEVELS) {
    const { right, of } = tally(counted, level);
    const missed = counted.filter(({ passed }) => passed[level] === false).map(({ vector }) => vector.id);
    expect((100 * right) / of, `${level}: ${missed.slice(0, 20).join(', ')}`).toBeGreaterThanOrEqual(
      floors[level],
    );
  }
}

describe('vectors of the core and extended tiers, without known deviations', () => {
  it('are answered as the reference engine does: probes', () => {
    check(scoresOf(HERE), PROBE_FLOORS);
  });

  it.skipIf(!existsSync(UPSTREAM))(
    'are answered as the reference engine does: its own documentation and tests',
    () => {
      check(scoresOf(UPSTREAM), UPSTREAM_FLOORS);
    },
  );
});
