import type { Violation } from './ledger.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { type Simulated, simulate } from './simulate.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly simulated: Simulated;
  readonly runCount: number;
}

/** Enough for the largest scenarios; a minute's work. */
const RUNS_MAX = 3_000;

/**
 * Makes a failing run smaller: without a fault, an action, an event, a stream, as long as the same promise is broken. What is left of
 * the dice throws what it threw before.
 */
export async function shrink(seed: number, { promise }: Violation): Promise<Shrunk> {
  let scenario = scenarioOf(seed);
  let spared: ReadonlySet<string> = new Set();
  let best = await simulate(seed);
  let runCount = 1;

  async function fails(tried: Scenario, without: ReadonlySet<string>): Promise<boolean> {
    if (runCount >= RUNS_MAX) return false;
    runCount += 1;
    const simulated = await simulate(seed, { scenario: tried, spared: without });
    if (simulated.violation?.promise !== promise) return false;
    [scenario, spared, best] = [tried, without, simulated];
    return true;
  }

  for (let before = -1; before !== sizeOf(scenario, best); ) {
    before = sizeOf(scenario, best);
    await without(
      () => best.faults,
      (faults) => fails(scenario, new Set([...spared, ...faults])),
    );
    for (const part of ['actions', 'stalls', 'events', 'streams', 'subscriptions', 'publications'] as const) {
      await without<unknown>(
        () => scenario[part],
        (gone) =>
          fails({ ...scenario, [part]: scenario[part].filter((each) => !gone.includes(each)) }, spared),
      );
    }
    for (const event of scenario.events.filter(({ others }) => others > 0)) {
      const events = scenario.events.map((each) =>
        each === event ? { ...each, others: each.others >> 1 } : each,
      );
      await fails({ ...scenario, events }, spared);
    }
  }
  const simulated = await simulate(seed, { scenario, spared, isTraced: true });
  return { scenario, simulated, runCount };
}

/** Tries to do without all of them, then without halves, and so on down to single ones. */
async function without<T>(
  items: () => readonly T[],
  fails: (gone: readonly T[]) => Promise<boolean>,
): Promise<void> {
  for (let size = items().length; size > 0; size = size >> 1) {
    let start = 0;
    while (start < items().length) {
      const gone = items().slice(start, start + size);
      if (!(await fails(gone))) start += size;
    }
  }
}

function sizeOf(
  { actions, events, streams, stalls, publications, subscriptions }: Scenario,
  { faults }: Simulated,
): number {
  const others = events.reduce((sum, event) => sum + event.others, 0);
  const parts = [actions, events, streams, stalls, publications, subscriptions, faults];
  return others + parts.reduce((sum, part) => sum + part.length, 0);
}

/** What is left, for a reader who has not seen the scenario. */
export function describeScenario({ scenario, simulated }: Pick<Shrunk, 'scenario' | 'simulated'>): string[] {
  const at = (ms: number) => `${(ms / 1_000).toFixed(3)}s`;
  return [
    `runs as ${scenario.runs}; trouble for ${at(scenario.troubleMs)}, ${scenario.maxReceiveCount} receives at most`,
    ...scenario.publications.map(
      ({ name, platform, retryDelaysMs }) =>
        `publication ${name} (${platform}), retries after ${retryDelaysMs.map(at).join(', ')}`,
    ),
    ...scenario.streams.map(({ subscription, publication }) => `stream ${subscription} → ${publication}`),
    ...scenario.events.map(
      ({ id, atMs, publication, others }) =>
        `event ${id} at ${at(atMs)} to ${publication ?? 'the topic'}${others > 0 ? `, ${others} more with it` : ''}`,
    ),
    ...scenario.actions.map(({ kind, atMs, target }) => `action at ${at(atMs)}: ${kind} ${target}`),
    ...scenario.stalls.map(({ atMs, forMs }) => `stall of a poller at ${at(atMs)} for ${at(forMs)}`),
    ...simulated.faults.map((fault) => `fault: ${fault}`),
  ];
}
