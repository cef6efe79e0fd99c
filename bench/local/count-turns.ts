import { writeFileSync } from 'node:fs';

// Loaded into a local run before anything else: counts the CPU of each turn of its event loop, from SIGUSR2 on. The loop
// never rests while it counts, so do not measure times with it. CPU does not depend on what else the machine does.

/** Where the result is written at the end, as JSON: the milliseconds of each turn that took more than one. */
const file = process.env['COUNT_TURNS_FILE'];
const turnsMs: number[] = [];

function countTurns(): void {
  let before = process.threadCpuUsage();
  const turn = () => {
    const now = process.threadCpuUsage();
    const ms = (now.user - before.user + now.system - before.system) / 1_000;
    before = now;
    if (ms > 1) turnsMs.push(ms);
    setImmediate(turn).unref();
  };
  turn();
}

if (file !== undefined) {
  process.once('SIGUSR2', countTurns);
  process.once('exit', () => writeFileSync(file, JSON.stringify(turnsMs)));
}
