import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PEERS, PEERS_MEASURED_ON } from './local/peers.ts';
import { idlePercent, type PhaseResult, runPhase } from './local/phases.ts';
import { isUsageKnown } from './local/process-usage.ts';
import { type System, startPart, startRelay, startSluice } from './local/systems.ts';
import { printMachine } from './measure.ts';

/**
 * The local run as a process, from an HTTP publish to a signed webhook, beside a bare relay: what one Node process can do that
 * stores nothing. Publisher and receiver are separate processes; one system runs at a time. Targets for the burst: 0.4 of the
 * relay's deliveries a second and 2,000 in any case, p50 within 100 ms, 0.5 CPU s per 1,000; at 100/s: p50 within 2 ms, p99
 * within 6 ms, 2 CPU s per 1,000; idle: 0.5 % of a core.
 */
const RATE = { perSecond: 100, seconds: 30 };
const BURST = { events: 5_000, atOnce: 32 };
/** The compiler settles, and connections are opened. */
const WARM_UP = { slow: { perSecond: 50, seconds: 4 }, fast: 1_000 };
/** Work left over from the start is done by then. */
const IDLE_AFTER_MS = 60_000;
const IDLE_MS = 20_000;

interface Result {
  readonly name: string;
  readonly idlePercent: number;
  readonly rate: PhaseResult;
  readonly burst: PhaseResult;
}

async function measure(start: (webhookUrl: string) => Promise<System>): Promise<Result> {
  const receiver = await startPart('./receiver.ts');
  const publisher = fork(new URL('./local/publisher.ts', import.meta.url));
  const system = await start(receiver.url);
  try {
    const parts = { system, publisher, receiver: receiver.process };
    const atRate = (run: string, { perSecond, seconds }: typeof RATE) =>
      runPhase(parts, { run, events: perSecond * seconds, perSecond, atOnce: BURST.atOnce });
    await atRate('warm-slow', WARM_UP.slow);
    await runPhase(parts, { run: 'warm-fast', events: WARM_UP.fast, atOnce: BURST.atOnce });
    await sleep(IDLE_AFTER_MS);
    return {
      name: system.name,
      idlePercent: await idlePercent(system, IDLE_MS),
      rate: await atRate('rate', RATE),
      burst: await runPhase(parts, { run: 'burst', ...BURST }),
    };
  } finally {
    await system.stop();
    publisher.kill();
    receiver.process.kill();
  }
}

const text = (value: number | undefined, digits = 0) =>
  value === undefined ? '' : Number.isNaN(value) ? '-' : value.toFixed(digits);

function row(name: string, ...cells: readonly string[]): void {
  console.log(`  ${name.padEnd(28)}${cells.map((cell) => cell.padStart(11)).join('')}`);
}

function table(title: string, phase: 'rate' | 'burst', results: readonly Result[]): void {
  console.log(`\n${title}`);
  row('', 'delivered/s', 'of relay', 'p50 ms', 'p99 ms', 'CPU s/1000', 'MB', 'lost', 'repeated');
  const relayPerSecond = results[0]?.[phase].deliveredPerSecond ?? Number.NaN;
  for (const { name, [phase]: result } of results) {
    row(
      name,
      text(result.deliveredPerSecond),
      text(result.deliveredPerSecond / relayPerSecond, 2),
      text(result.p50Ms, 1),
      text(result.p99Ms, 1),
      text(result.cpuSecondsPer1000, 2),
      text(result.megabytes),
      text(result.lost),
      text(result.repeated),
    );
    if (Object.keys(result.refusals).length > 0) row('  refused', JSON.stringify(result.refusals));
  }
  for (const peer of PEERS) {
    const { p50Ms, cpuSecondsPer1000 } = peer[phase];
    const deliveredPerSecond = phase === 'burst' ? peer.burst.deliveredPerSecond : undefined;
    const p99Ms = phase === 'rate' ? peer.rate.p99Ms : undefined;
    row(
      `${peer.name} (${PEERS_MEASURED_ON})`,
      text(deliveredPerSecond),
      '',
      text(p50Ms, 1),
      text(p99Ms, 1),
      text(cpuSecondsPer1000, 2),
    );
  }
}

printMachine();
if (!isUsageKnown)
  console.log('CPU and memory of the processes are read from /proc, which this system lacks: "-"');
const relay = await measure(startRelay);
const sluice = await measure(startSluice);
const results = [relay, sluice];
console.log(`\nIdle, ${IDLE_AFTER_MS / 1_000} s after the last event: percent of a core`);
for (const { name, idlePercent: percent } of results) row(name, text(percent, 2));
table(`${RATE.perSecond} publishes a second for ${RATE.seconds} s`, 'rate', results);
table(`A burst of ${BURST.events.toLocaleString('en')}, ${BURST.atOnce} at once`, 'burst', results);
// The relay promises nothing, so its losses do not count.
if (sluice.rate.lost + sluice.burst.lost > 0) process.exitCode = 1;
