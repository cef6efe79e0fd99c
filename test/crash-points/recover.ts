import { type Installation, startInstallation } from './installation.ts';
import { PortCalls } from './port-calls.ts';
import type { Scenario } from './scenarios.ts';
import { World } from './world.ts';

/** What people can see after the restart, once nothing moves any more. */
export interface Aftermath {
  readonly records: readonly {
    readonly publication: string;
    readonly eventId: string;
    readonly status: string;
  }[];
  readonly messages: number;
  readonly deadLetters: number;
  /** The number of redrives that have not ended. */
  readonly openRedrives: number;
  readonly blockedLanes: number;
  /** Virtual seconds until everything had ended. */
  readonly seconds: number;
  /** The events that the generator had made when the process died, according to its stored state. */
  readonly generated: readonly string[];
}

/**
 * Minutes first, as the clock does, and then long steps for what only a late look finds. Seven days in all would reach the
 * retention time.
 */
const STEPS_SECONDS = [1, 30, 60, 60, 60, 60, 60, 300, 300, 300, 600, 600, 900, 900, 3_600, 22_000, 22_000];

/** Restarts on the state, resumes what somebody had paused, and lets time pass until everything has ended. */
export async function recover(dir: string, { pulled, generator }: Scenario): Promise<Aftermath> {
  const installation = await startInstallation(dir, new PortCalls());
  try {
    const world = new World(installation, dir);
    const generated = generator === undefined ? [] : await world.generated(generator);
    // The generator would never stop.
    if (generator !== undefined) await world.changeSubscription(generator, { paused: true });
    for (const { name, state } of await world.publications()) {
      if (state !== 'active') await world.changePublication(name, { paused: false, drain_rate: 100 });
    }
    let seconds = 0;
    await installation.settle();
    for (const step of STEPS_SECONDS) {
      for (const name of pulled ?? []) while ((await world.pull(name)) > 0);
      if (seconds > 0 && (await isOver(world, installation))) break;
      await world.pass(step);
      seconds += step;
    }
    return { ...(await aftermath(world, installation)), seconds, generated };
  } finally {
    await installation.stop();
  }
}

async function isOver(world: World, installation: Installation): Promise<boolean> {
  const { records, messages, openRedrives, blockedLanes } = await aftermath(world, installation);
  return (
    messages === 0 &&
    openRedrives === 0 &&
    blockedLanes === 0 &&
    records.every(({ status }) => !['waiting', 'parked', 'available'].includes(status))
  );
}

async function aftermath(
  world: World,
  { view }: Installation,
): Promise<Omit<Aftermath, 'seconds' | 'generated'>> {
  const count = (sql: string) => Number(view.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.['n']);
  const records = (await world.deliveries()).map(({ publication, event_id: eventId, status }) => ({
    publication: publication?.name ?? publication,
    eventId,
    status,
  }));
  const open = (await world.redrives()).filter(({ state }) => state !== 'done' && state !== 'stopped');
  return {
    records,
    messages: count("queue_messages WHERE queue <> 'polls'"),
    deadLetters: count('queue_dead_letters'),
    openRedrives: open.length,
    blockedLanes: count('lanes WHERE look_at_ms IS NOT NULL'),
  };
}
