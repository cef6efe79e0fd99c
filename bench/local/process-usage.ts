import { readFileSync } from 'node:fs';

/** Of Linux' accounting, everywhere we know of. */
const TICKS_PER_SECOND = 100;

/** Whether the system tells of other processes: only Linux has it. */
export const isUsageKnown = process.platform === 'linux';

/** User and system time that the process has used so far, in seconds; NaN where nobody tells. */
export function cpuSeconds(pid: number): number {
  if (!isUsageKnown) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets that may hold anything; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of the process in megabytes; NaN where nobody tells. */
export function residentMegabytes(pid: number): number {
  if (!isUsageKnown) return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
