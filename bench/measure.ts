import { cpus } from 'node:os';

/** One line of a benchmark's table. */
export interface Measured {
  readonly name: string;
  /** Operations a second. */
  readonly perSecond: number;
}

/** Long enough for the compiler to settle and for the clock's resolution not to matter. */
const WARM_UP_MS = 300;
const RUN_MS = 700;
/** The best of this many runs, to leave out other load on the machine. */
const RUNS = 5;

/** Operations a second of `run`, which does `operations` of them per call. */
export async function measure(name: string, operations: number, run: () => unknown): Promise<Measured> {
  await repeat(run, WARM_UP_MS);
  let best = 0;
  for (let each = 0; each < RUNS; each += 1) {
    const { count, seconds } = await repeat(run, RUN_MS);
    best = Math.max(best, (count * operations) / seconds);
  }
  return { name, perSecond: best };
}

async function repeat(run: () => unknown, forMs: number): Promise<{ count: number; seconds: number }> {
  const startedAt = performance.now();
  let count = 0;
  let elapsedMs = 0;
  while (elapsedMs < forMs) {
    const result = run();
    if (result instanceof Promise) await result;
    count += 1;
    elapsedMs = performance.now() - startedAt;
  }
  return { count, seconds: elapsedMs / 1_000 };
}

/** Prints the lines, each with its ratio to the first, the named baseline of the same run. */
export function printRatios(title: string, baseline: Measured, others: readonly Measured[]): void {
  console.log(`\n${title}`);
  for (const { name, perSecond } of [baseline, ...others]) {
    const each = 1_000_000 / perSecond;
    const ratio = perSecond / baseline.perSecond;
    console.log(
      `  ${name.padEnd(52)} ${Math.round(perSecond).toLocaleString('en').padStart(12)}/s ${each.toFixed(2).padStart(10)} µs  × ${ratio.toFixed(2)}`,
    );
  }
}

/** CPU of this process, in microseconds per operation. */
export interface MeasuredCpu {
  readonly name: string;
  readonly microseconds: number;
}

/** For operations that wait for another process: measures their CPU in this process, however long they wait. */
export async function measureCpu(name: string, run: () => Promise<unknown>): Promise<MeasuredCpu> {
  await repeat(run, WARM_UP_MS);
  let best = Number.POSITIVE_INFINITY;
  for (let each = 0; each < RUNS; each += 1) {
    const before = process.cpuUsage();
    const { count } = await repeat(run, RUN_MS);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / count);
  }
  return { name, microseconds: best };
}

/** The first line is the named baseline of the same run. */
export function printCpuRatios(title: string, lines: readonly MeasuredCpu[]): void {
  console.log(`\n${title}`);
  const baseline = lines[0]?.microseconds ?? Number.NaN;
  for (const { name, microseconds } of lines) {
    console.log(
      `  ${name.padEnd(52)} ${microseconds.toFixed(0).padStart(10)} µs of CPU  × ${(microseconds / baseline).toFixed(2)}`,
    );
  }
}

export function printMachine(): void {
  const [cpu] = cpus();
  console.log(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown CPU'}`);
}
