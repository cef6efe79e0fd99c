// A child of the hunter: measures the cases that it reads as JSON, one answer per line.

import { readFileSync } from 'node:fs';
import { type CostCase, measure } from '../test/bloblang/costs.ts';

for (const one of JSON.parse(readFileSync(0, 'utf8')) as CostCase[]) {
  console.log(JSON.stringify({ case: one, cost: measure(one, one.size > 1_000 ? 3 : 1) }));
}
