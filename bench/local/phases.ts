import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arrivals, monotonicMs, type Published, type PublishOrder } from './messages.ts';
import { cpuSeconds, residentMegabytes } from './process-usage.ts';
import type { System } from './systems.ts';

export interface Parts {
  readonly system: System;
  readonly publisher: ChildProcess;
  readonly receiver: ChildProcess;
}

export interface PhaseResult {
  readonly deliveredPerSecond: number;
  /** From the publish to the webhook. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of the system's process. */
  readonly cpuSecondsPer1000: number;
  readonly megabytes: number;
  readonly lost: number;
  readonly repeated: number;
  readonly refusals: Published['refusals'];
}

/** After this long without an arrival, nothing more will come. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 50;
/** The system's work after the last webhook (deletes, its log) is part of its cost, and repeats show only then. */
const SETTLE_MS = 2_000;

/** Publishes as ordered, and waits until everything has arrived. */
export async function runPhase(
  { system, publisher, receiver }: Parts,
  order: Omit<PublishOrder, 'target'>,
): Promise<PhaseResult> {
  const countBefore = await ask<number>(receiver, 'count');
  const cpuBefore = cpuSeconds(system.pid);
  publisher.send({ ...order, target: system.target } satisfies PublishOrder);
  const [published] = (await once(publisher, 'message')) as [Published];
  await untilArrived(receiver, countBefore + published.accepted.length);
  const megabytes = residentMegabytes(system.pid);
  await sleep(SETTLE_MS);
  const cpu = cpuSeconds(system.pid) - cpuBefore;
  const arrivals = await ask<Arrivals>(receiver, 'arrivals');
  const latencies: number[] = [];
  let lastAtMs = published.startedAtMs;
  let repeated = 0;
  for (const { id, sentAtMs } of published.accepted) {
    const [firstAtMs, ...others] = arrivals[id] ?? [];
    if (firstAtMs === undefined) continue;
    latencies.push(firstAtMs - sentAtMs);
    lastAtMs = Math.max(lastAtMs, firstAtMs);
    repeated += others.length;
  }
  latencies.sort((a, b) => a - b);
  return {
    deliveredPerSecond: (latencies.length / (lastAtMs - published.startedAtMs)) * 1_000,
    p50Ms: percentile(latencies, 50),
    p99Ms: percentile(latencies, 99),
    cpuSecondsPer1000: (cpu / latencies.length) * 1_000,
    megabytes,
    lost: published.accepted.length - latencies.length,
    repeated,
    refusals: published.refusals,
  };
}

/** Percent of a core that the system takes while nothing is published. */
export async function idlePercent(system: System, forMs: number): Promise<number> {
  const before = cpuSeconds(system.pid);
  await sleep(forMs);
  return ((cpuSeconds(system.pid) - before) / forMs) * 100_000;
}

async function untilArrived(receiver: ChildProcess, count: number): Promise<void> {
  let last = -1;
  let sinceMs = monotonicMs();
  for (;;) {
    const now = await ask<number>(receiver, 'count');
    if (now >= count) return;
    if (now !== last) {
      last = now;
      sinceMs = monotonicMs();
    } else if (monotonicMs() - sinceMs > PATIENCE_MS) return;
    await sleep(LOOK_EVERY_MS);
  }
}

async function ask<T>(receiver: ChildProcess, question: 'count' | 'arrivals'): Promise<T> {
  receiver.send(question);
  const [answer] = await once(receiver, 'message');
  return answer as T;
}

function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}
