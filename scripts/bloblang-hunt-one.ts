// A child process of the hunter: measures the cases that it reads as JSON, one answer per line.

import { readFileSync } from 'node:fs';
import { type CostCase, measure, measureCompilation, measureMemory } from '../test/bloblang/costs.ts';

const [what = 'time', rounds = '1'] = process.argv.slice(2);
for (const one of JSON.parse(readFileSync(0, 'utf8')) as CostCase[]) {
  const cost =
    what === 'memory'
      ? { steps: 0, milliseconds: 0, bytes: measureMemory(one) }
      : what === 'compilation'
        ? measureCompilation(one, Number(rounds))
        : measure(one, Number(rounds));
  console.log(JSON.stringify(cost));
}
