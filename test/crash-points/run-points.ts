import type { CrashLab, Outcome } from './crash-lab.ts';
import { CRASH_POINTS } from './points.ts';
import type { CrashPoint } from './port-calls.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface PlannedCrash {
  readonly scenario: Scenario;
  readonly point: CrashPoint;
}

export interface Crash extends PlannedCrash {
  readonly outcome: Outcome;
}

/** What scenarios call when nobody dies: by scenario, the number of each call. */
export type Recording = ReadonlyMap<Scenario, ReadonlyMap<string, number>>;

export async function recordAll(
  lab: CrashLab,
  scenarios: readonly Scenario[] = SCENARIOS,
): Promise<Recording> {
  const recording = new Map<Scenario, ReadonlyMap<string, number>>();
  for (const scenario of scenarios) {
    const { calls, outcome } = await lab.record(scenario);
    if (outcome.faults.length > 0)
      throw new Error(`${scenario.name}, without a crash: ${outcome.faults.join('; ')}`);
    recording.set(scenario, calls);
  }
  return recording;
}

/** Every point of the list: before and after the first and the last such call of the scenario. */
export function crashesOf(recording: Recording): readonly PlannedCrash[] {
  const crashes: PlannedCrash[] = [];
  for (const [scenario, calls] of recording) {
    for (const call of CRASH_POINTS[scenario.name] ?? []) {
      // A received message is in flight before the consumer knows of it, and nothing else happens in between.
      const times = call.endsWith('.receive') ? (['after'] as const) : (['before', 'after'] as const);
      for (const nth of new Set([1, calls.get(call) ?? 1]))
        for (const when of times) crashes.push({ scenario, point: { call, when, nth } });
    }
  }
  return crashes;
}

/** The order of concurrent calls differs from run to run: if the last call is not reached, the one before it is used. */
export async function crashAt(lab: CrashLab, { scenario, point }: PlannedCrash): Promise<Crash> {
  for (let { nth } = point; ; nth -= 1) {
    const tried = { ...point, nth };
    const outcome = await lab.crash(scenario, tried);
    if (outcome.isReached || nth === 1) return { scenario, point: tried, outcome };
  }
}

/** Runs this many labs side by side, each with its own receiver and processes. */
export async function crashAll(
  planned: readonly PlannedCrash[],
  labs: readonly CrashLab[],
  onCrash: (crash: Crash) => void,
): Promise<readonly Crash[]> {
  const crashes: Crash[] = [];
  const next = planned.entries();
  await Promise.all(
    labs.map(async (lab) => {
      for (const [index, each] of next) {
        const crash = await crashAt(lab, each);
        crashes[index] = crash;
        onCrash(crash);
      }
    }),
  );
  return crashes;
}
