// `node bench/bloblang.bench.ts`: the engine against jsonata on equal filters, and against the reference engine's figures.
//
// Nothing here is asserted: numbers belong to the machine they were taken on. The reference figures are those of the Go engine, one
// thread, on a two-core machine of the same class (nanoseconds per message).

import { cpus } from 'node:os';
import jsonata from 'jsonata';
import { bodyBytes, compile, type Program } from '../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../src/bloblang/stdlib/registry-extended.ts';

const event = {
  ChangeEventHeader: {
    commitNumber: 65824226560,
    commitUser: '0058d000004aBcDAAU',
    sequenceNumber: 1,
    entityName: 'Account',
    changeType: 'CREATE',
    changedFields: ['Name', 'BillingCity', 'LastModifiedDate'],
    changeOrigin: 'com/salesforce/api/soap/58.0;client=SfdcInternalAPI/',
    transactionKey: '0004a1b2-c3d4-e5f6-0718-293a4b5c6d7e',
    commitTimestamp: 1700000000000,
    recordIds: ['0018d00000AbCdEAAV'],
  },
  Name: 'Acme Corporation',
  BillingCity: 'Zürich',
  AnnualRevenue: 1250000,
  Description:
    'A change event of about seven hundred bytes, as a change data capture stream has them all day.',
  LastModifiedDate: 1700000000000,
};
const stripe = {
  type: 'invoice.paid',
  data: {
    total: 250,
    customer: { name: 'ada', email: 'a@example.com' },
    lines: [{ amount: 5 }, { amount: 7 }],
  },
};

const BATCH = 2_000;
const MEASURE_MS = 1_000;

/** Nanoseconds per call, the best of three rounds after a warm-up. */
function measure(once: () => void): number {
  const until = performance.now() + 300;
  while (performance.now() < until) for (let i = 0; i < 100; i++) once();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < MEASURE_MS / 3) {
      for (let i = 0; i < BATCH; i++) once();
      calls += BATCH;
    }
    best = Math.min(best, ((performance.now() - start) * 1e6) / calls);
  }
  return best;
}

async function measureAsync(once: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 2_000; i++) await once();
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < MEASURE_MS) {
    for (let i = 0; i < 200; i++) await once();
    calls += 200;
  }
  return ((performance.now() - start) * 1e6) / calls;
}

function program(mapping: string): Program {
  const compiled = compile(mapping, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  return compiled.program;
}

function perSecond(ns: number): string {
  return Math.round(1e9 / ns)
    .toLocaleString('en')
    .padStart(12);
}

const keep = 'root = if this.ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }';
const drop = 'root = if this.ChangeEventHeader.changeType == "DELETE" { this } else { deleted() }';
const bool = 'root = this.type == "invoice.paid" && this.data.total > 100';

console.log(`${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}, Node ${process.version}, one thread\n`);

console.log('filter on a parsed event, evaluations/s        bloblang      jsonata   times');
const filters: readonly [name: string, mapping: string, path: string, input: unknown][] = [
  ['change event, kept', keep, 'ChangeEventHeader.changeType = "CREATE" ? $ : undefined', event],
  ['change event, dropped', drop, 'ChangeEventHeader.changeType = "DELETE" ? $ : undefined', event],
  ['two conditions to a bool', bool, 'type = "invoice.paid" and data.total > 100', stripe],
  [
    'array, any element',
    'root = this.ChangeEventHeader.changedFields.any(f -> f == "BillingCity")',
    '"BillingCity" in ChangeEventHeader.changedFields',
    event,
  ],
];
for (const [name, mapping, expression, input] of filters) {
  const compiled = program(mapping);
  const value = JSON.parse(JSON.stringify(input));
  const own = measure(() => compiled.run(value));
  const other = jsonata(expression);
  const theirs = await measureAsync(() => other.evaluate(value));
  console.log(
    `${name.padEnd(42)}${perSecond(own)} ${perSecond(theirs)} ${(theirs / own).toFixed(1).padStart(7)}`,
  );
}

console.log('\nagainst the reference engine, ns/message            bytes → bytes          object → object');
console.log('                                               ours  reference         ours  reference');
const cases: readonly [name: string, mapping: string, input: unknown, bytesNs: number, objectNs: number][] = [
  ['change event filter, kept', keep, event, 19_600, 2_900],
  ['change event filter, dropped', drop, event, 10_100, 500],
  ['two conditions to a bool', bool, stripe, 11_600, 1_000],
  ['timestamp only', 'root.timestamp = timestamp_unix()', {}, 1_900, Number.NaN],
  [
    'four fields',
    'root.id = this.ChangeEventHeader.commitNumber\nroot.name = this.Name\nroot.city = this.BillingCity\nroot.kind = this.ChangeEventHeader.entityName',
    event,
    13_300,
    1_000,
  ],
  [
    'map_each and sum',
    'root.total = this.data.lines.map_each(l -> l.amount * 2).sum()',
    stripe,
    8_000,
    1_500,
  ],
  [
    'recursive map, upper case',
    'map up {\n  root = match {\n    this.type() == "object" => this.map_each(item -> item.value.apply("up"))\n    this.type() == "array" => this.map_each(item -> item.apply("up"))\n    this.type() == "string" => this.uppercase()\n    _ => this\n  }\n}\nroot = this.apply("up")',
    event,
    41_000,
    31_000,
  ],
];
for (const [name, mapping, input, referenceBytes, referenceObject] of cases) {
  const compiled = program(mapping);
  const text = JSON.stringify(input);
  const bytes = new TextEncoder().encode(text);
  const value = JSON.parse(text);
  const ofBytes = measure(() => {
    const outcome = compiled.runBytes(bytes);
    if (outcome.kind === 'output') bodyBytes(outcome.value);
  });
  const ofObject = measure(() => compiled.run(value));
  const cell = (ns: number) => (Number.isNaN(ns) ? '-' : Math.round(ns).toLocaleString('en')).padStart(11);
  console.log(
    `${name.padEnd(40)}${cell(ofBytes)}${cell(referenceBytes)}  ${cell(ofObject)}${cell(referenceObject)}`,
  );
}

console.log('\ncompile, µs, and memory of a compiled program');
const programs = 2_000;
for (const [name, mapping] of [
  ['change event filter', keep],
  ['recursive map, upper case', cases[6]?.[1] ?? keep],
] as const) {
  const µs = measure(() => program(mapping)) / 1_000;
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const held = Array.from({ length: programs }, () => program(mapping));
  globalThis.gc?.();
  const after = process.memoryUsage().heapUsed;
  const memory =
    globalThis.gc === undefined
      ? 'run with --expose-gc'
      : `${Math.round((after - before) / held.length)} bytes`;
  console.log(`${name.padEnd(42)}${µs.toFixed(1).padStart(9)}   ${memory}`);
}
