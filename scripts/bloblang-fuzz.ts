// `npm run bloblang:fuzz -- [SECONDS]`: random mappings on random messages for as long as you like, with a time limit on every run.
//
// Asserted: no exception, no internal error, no run longer than a second, nothing written to the input. The seed is printed; pass it as
// the second argument to repeat a run.

import fc from 'fast-check';
import { compile, type Value } from '../src/bloblang/index.ts';
import { printMapping } from '../src/bloblang/printer.ts';
import { mapping, tokenSoup } from '../test/bloblang/generators.ts';
import { ALL_DEFINITIONS } from '../test/bloblang/scoring.ts';

const seconds = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const RUN_MS_MAX = 1_000;
const ROUND = 500;

let compiledCount = 0;
let runs = 0;
let slowestMs = 0;
let slowest = '';

function tryOut(source: string, input: Value): void {
  const start = performance.now();
  const compiled = compile(source, { definitions: ALL_DEFINITIONS });
  if (compiled.ok) {
    compiledCount++;
    const before = JSON.stringify(input);
    const outcome = compiled.program.run(input);
    if (JSON.stringify(input) !== before) throw new Error('the input was written to');
    if (outcome.kind === 'error' && outcome.error.includes('internal error')) throw new Error(outcome.error);
  }
  const took = performance.now() - start;
  if (took > slowestMs) {
    slowestMs = took;
    slowest = source;
  }
  if (took > RUN_MS_MAX) throw new Error(`took ${took.toFixed(0)} ms`);
  runs++;
}

console.log(`seed ${seed}, ${seconds} s`);
const until = performance.now() + seconds * 1_000;
for (let round = 0; performance.now() < until; round++) {
  const source = fc.oneof(
    { weight: 3, arbitrary: mapping.map(printMapping) },
    { weight: 2, arbitrary: tokenSoup },
    { weight: 1, arbitrary: fc.string({ maxLength: 300, unit: 'binary' }) },
  );
  fc.assert(
    fc.property(source, fc.jsonValue({ maxDepth: 4 }), (text, input) => {
      tryOut(text, input as Value);
    }),
    { numRuns: ROUND, seed: seed + round },
  );
}
console.log(
  `${runs} sources, ${compiledCount} of them compiled and ran; the slowest took ${slowestMs.toFixed(1)} ms:`,
);
console.log(slowest);
