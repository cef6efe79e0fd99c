import { readFileSync } from 'node:fs';

/** In Linux's process accounting, on every system we know of. */
const TICKS_PER_SECOND = 100;

/** Whether the system reports the usage of other processes: only Linux does. */
export const isUsageKnown = process.platform === 'linux';

/** User and system time that the process has used so far, in seconds; NaN where the system does not report it. */
export function cpuSeconds(pid: number): number {
  if (!isUsageKnown) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets that may contain anything; utime and stime are the 14th and 15th fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of the process in megabytes; NaN where the system does not report it. */
export function residentMegabytes(pid: number): number {
  if (!isUsageKnown) return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
