import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Measured, SenderKind } from './deliver/sender.ts';
import { printMachine } from './measure.ts';

/**
 * CPU of one webhook delivery through the handler (message parsed, signed, sent, settled, logged, counted) against a bare POST of
 * the same body on a keep-alive agent, at the same concurrency. Target: 5,000 a second, and less than 1.3 × the CPU of the bare
 * POST. The row between them is the same POST, signed: what every sender of Standard Webhooks pays, whatever else it does.
 *
 * Each sender has its own processes, as in use: in a shared one, V8 compiles the HTTP client for all of them together, and each
 * is slower than alone. Several of each kind, because two processes of the same code differ by up to a tenth. The receiver is
 * another process too, so its CPU is not counted.
 */
const PROCESSES = 3;
const RUNS = 9;
const PER_SECOND_MIN = 5_000;
const RATIO_MAX = 1.3;
const ROWS: readonly (readonly [kind: SenderKind, name: string])[] = [
  ['bare', 'baseline: bare keep-alive POST'],
  ['signed', 'the same, signed'],
  ['delivery', 'delivery, through the handler'],
];

const receiver = fork(new URL('./receiver.ts', import.meta.url));
const [port] = await once(receiver, 'message');
const url = `http://127.0.0.1:${String(port)}/hooks`;

printMachine();
interface Sender {
  readonly kind: SenderKind;
  readonly process: ChildProcess;
}

const senders: Sender[] = [];
for (let each = 0; each < PROCESSES; each += 1) {
  for (const [kind] of ROWS) {
    const sender = fork(new URL('./deliver/sender.ts', import.meta.url), [kind, url]);
    sender.once('exit', (code) => {
      if (code !== null) throw new Error(`expected a sender that measures, found that it ended with ${code}`);
    });
    await once(sender, 'message');
    senders.push({ kind, process: sender });
  }
}

const measured: Record<SenderKind, Measured[]> = { bare: [], signed: [], delivery: [] };
/** The runs alternate, so that other load on the machine affects all kinds. */
for (let run = 0; run < RUNS; run += 1) {
  for (const { kind, process: sender } of senders) {
    sender.send('run');
    const [result] = await once(sender, 'message');
    measured[kind].push(result as Measured);
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
const cpuOf = (kind: SenderKind) => median(measured[kind].map(({ cpu }) => cpu));
const timesBare = (kind: SenderKind) => cpuOf(kind) / cpuOf('bare');
const perSecondOf = (kind: SenderKind) => median(measured[kind].map(({ perSecond }) => perSecond));

console.log(
  `\ndeliver: CPU of one webhook delivery; medians of ${RUNS} alternating runs in each of ${PROCESSES} processes`,
);
for (const [kind, name] of ROWS) {
  const perSecond = Math.round(perSecondOf(kind)).toLocaleString('en');
  console.log(
    `  ${name.padEnd(34)} ${cpuOf(kind).toFixed(1).padStart(8)} µs  × ${timesBare(kind).toFixed(2)} ${perSecond.padStart(8)}/s`,
  );
}
const isReached = perSecondOf('delivery') >= PER_SECOND_MIN && timesBare('delivery') < RATIO_MAX;
console.log(`  ${PER_SECOND_MIN}/s within × ${RATIO_MAX}: ${isReached ? 'reached' : 'NOT REACHED'}`);
if (!isReached) process.exitCode = 1;
for (const sender of senders) sender.process.kill();
receiver.kill();
