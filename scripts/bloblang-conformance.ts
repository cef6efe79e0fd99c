// `npm run bloblang:conformance -- FILE…`: scores vector files by tier and level, and lists the failures.

import { readFileSync } from 'node:fs';
import { isComparable, LEVELS, type Score, score, tally, type Vector } from '../test/bloblang/scoring.ts';

const options = process.argv.slice(2);
const files = options.filter((option) => !option.startsWith('--'));
const verbose = options.includes('--verbose');
if (files.length === 0) {
  console.error('usage: bloblang:conformance [--verbose] FILE…   (JSON arrays of vectors)');
  process.exit(2);
}

function row(name: string, scores: readonly Score[]): void {
  const cells = LEVELS.map((level) => {
    const { right, of } = tally(scores, level);
    return of === 0 ? '-'.padStart(18) : `${right}/${of} ${((100 * right) / of).toFixed(2)}%`.padStart(18);
  });
  console.log(`${name.padEnd(34)}${cells.join('')}`);
}

function readVectors(file: string): Vector[] {
  try {
    const vectors: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(vectors) && vectors.every((vector) => typeof vector?.mapping === 'string'))
      return vectors;
    console.error(`${file}: expected a JSON array of vectors`);
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(2);
}

const all: Score[] = [];
for (const [file, vectors] of files.map((file) => [file, readVectors(file)] as const)) {
  const scores = vectors.filter(isComparable).map(score);
  all.push(...scores);
  console.log(`\n${file}: ${vectors.length} vectors, ${scores.length} comparable`);
  console.log(`${''.padEnd(34)}${LEVELS.map((level) => level.padStart(18)).join('')}`);
  for (const tier of ['core', 'extended', 'library', 'excluded'] as const) {
    const own = scores.filter(({ vector }) => vector.tier === tier);
    row(
      `${tier}, without deviations`,
      own.filter(({ deviates }) => !deviates),
    );
    row(`${tier}, all`, own);
  }
  const headline = scores.filter(
    ({ vector, deviates }) => !deviates && (vector.tier === 'core' || vector.tier === 'extended'),
  );
  row('core + extended, no deviations', headline);
}

const failing = all.filter(({ passed }) => LEVELS.some((level) => passed[level] === false));
console.log(`\n${failing.length} vectors fail at some level:`);
for (const { vector, passed, deviates, got } of failing) {
  const levels = LEVELS.filter((level) => passed[level] === false).join(',');
  console.log(`${levels.padEnd(9)} ${vector.tier}${deviates ? ' (deviation)' : ''} ${vector.id}`);
  if (!verbose) continue;
  console.log(`    mapping ${JSON.stringify(vector.mapping).slice(0, 300)}`);
  if (typeof vector.input_raw === 'string') console.log(`    input   ${vector.input_raw.slice(0, 200)}`);
  console.log(`    want    ${vector.expect ?? 'sequence'}: ${vector.error ?? vector.output_raw ?? ''}`);
  console.log(`    got     ${got}`);
}
