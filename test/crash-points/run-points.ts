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

/** What scenarios call when nobody dies: by scenario, how often each. */
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

/** Every point of the list: before and after the first such call of the scenario, and the last. */
export function crashesOf(recording: Recording): readonly PlannedCrash[] {
  const crashes: PlannedCrash[] = [];
  for (const [scenario, calls] of recording) {
    for (const call of CRASH_POINTS[scenario.name] ?? []) {
      // A message that was received is in flight before the consumer knows of it, and nothing else happens then.
      const times = call.endsWith('.receive') ? (['after'] as const) : (['before', 'after'] as const);
      for (const nth of new Set([1, calls.get(call) ?? 1]))
        for (const when of times) crashes.push({ scenario, point: { call, when, nth } });
    }
  }
  return crashes;
}

/** The order of what is done side by side differs from run to run: where the last call is not reached, the one before it is taken. */
export async function crashAt(lab: CrashLab, { scenario, point }: PlannedCrash): Promise<Crash> {
  for (let { nth } = point; ; nth -= 1) {
    const tried = { ...point, nth };
    const outcome = await lab.crash(scenario, tried);
    if (outcome.isReached || nth === 1) return { scenario, point: tried, outcome };
  }
}

/** So many labs side by side, each with its own receiver and processes. */
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
