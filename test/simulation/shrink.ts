import type { Violation } from './ledger.ts';
import { CALL_FAULTS, type CallFault } from './port-calls.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { type Simulated, simulate } from './simulate.ts';

export interface Shrunk {
  readonly scenario: Scenario;
  readonly simulated: Simulated;
  readonly runCount: number;
}

/** Enough for the largest scenarios; a minute's work. */
const RUNS_MAX = 3_000;
const MOVED_TO_MAX = 30;

/**
 * Shrinks a failing run: it drops a fault, an action, an event or a stream as long as the same promise is broken. The throws for
 * whatever is left stay the same.
 */
export async function shrink(seed: number, { promise }: Violation): Promise<Shrunk> {
  let scenario = scenarioOf(seed);
  let spared: ReadonlySet<string> = new Set();
  let placed: ReadonlyMap<string, CallFault> = new Map();
  let best = await simulate(seed);
  let runCount = 1;

  async function fails(tried: Scenario, without: ReadonlySet<string>, among = placed): Promise<boolean> {
    if (runCount >= RUNS_MAX) return false;
    runCount += 1;
    const simulated = await simulate(seed, { scenario: tried, spared: without, placed: among });
    if (simulated.violation?.promise !== promise) return false;
    [scenario, spared, placed, best] = [tried, without, among, simulated];
    return true;
  }

  /** A fault of the twentieth call prevents dropping whatever made the first nineteen calls. */
  async function moveFaults(): Promise<void> {
    for (const fault of best.faults) {
      const [, site, count, kind] = /^(.+ .+\..+) #(\d+) (.+)$/.exec(fault) ?? [];
      const found = CALL_FAULTS.find((each) => each === kind);
      if (found === undefined) continue;
      for (let earlier = 1; earlier < Math.min(Number(count), MOVED_TO_MAX); earlier += 1) {
        const others = new Map([...placed].filter(([call]) => call !== `${site} #${count}`));
        const among = others.set(`${site} #${earlier}`, found);
        if (await fails(scenario, new Set([...spared, fault]), among)) break;
      }
    }
  }

  for (let before = -1; before !== sizeOf(scenario, best); ) {
    before = sizeOf(scenario, best);
    await without(
      () => best.faults,
      (faults) => fails(scenario, new Set([...spared, ...faults])),
    );
    await moveFaults();
    for (const part of ['outages', 'deaths', 'actions', 'stalls', 'events', 'streams'] as const) {
      await without<unknown>(
        () => scenario[part],
        (gone) =>
          fails({ ...scenario, [part]: scenario[part].filter((each) => !gone.includes(each)) }, spared),
      );
    }
    await fails(withoutUnused(scenario), spared);
    for (const event of scenario.events.filter(({ others }) => others > 0)) {
      const events = scenario.events.map((each) =>
        each === event ? { ...each, others: each.others >> 1 } : each,
      );
      await fails({ ...scenario, events }, spared);
    }
  }
  const simulated = await simulate(seed, { scenario, spared, placed, isTraced: true });
  return { scenario, simulated, runCount };
}

/** Without publications and subscriptions that nothing names any more. */
function withoutUnused(scenario: Scenario): Scenario {
  const { streams, events, actions } = scenario;
  const named = new Set([
    ...streams.flatMap(({ subscription, publication }) => [subscription, publication]),
    ...events.map(({ publication }) => publication),
    ...actions.map(({ target }) => target),
  ]);
  return {
    ...scenario,
    publications: scenario.publications.filter(({ name }) => named.has(name)),
    subscriptions: scenario.subscriptions.filter(({ name }) => named.has(name)),
  };
}

/** The lines of a trace that tell something: most look-ups of the schedule find nothing. */
export function telling(trace: readonly string[]): readonly string[] {
  return trace.filter(
    (line) => !/ → (?:\[\]|0)$|feeds\.list|Positions\.put|log [A-Z_]+_(?:STARTED|ENDED)/.test(line),
  );
}

/** Tries to drop all of them, then halves, and so on down to single ones. */
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
  { actions, events, streams, stalls, outages, deaths, publications, subscriptions }: Scenario,
  { faults }: Simulated,
): number {
  const others = events.reduce((sum, event) => sum + event.others, 0);
  const parts = [actions, events, streams, stalls, outages, deaths, publications, subscriptions, faults];
  return others + parts.reduce((sum, part) => sum + part.length, 0);
}

/** What is left of the scenario, for a reader who has not seen it. */
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
    ...scenario.outages.map(
      ({ atMs, forMs, port, publication }) =>
        `outage of ${port} at ${at(atMs)} for ${at(forMs)}${port === 'queue' ? `, for ${publication}` : ''}`,
    ),
    ...scenario.deaths.map(
      ({ atMs, forMs, publication }) => `receiver ${publication} is dead at ${at(atMs)} for ${at(forMs)}`,
    ),
    ...simulated.faults.map((fault) => `fault: ${fault}`),
  ];
}
