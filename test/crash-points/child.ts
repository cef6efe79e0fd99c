import { startInstallation } from './installation.ts';
import { type CrashPoint, PortCalls } from './port-calls.ts';
import { recover } from './recover.ts';
import { SCENARIOS } from './scenarios.ts';
import { World } from './world.ts';

/** A child process, which takes jobs from its parent. */
export type Job =
  | { readonly kind: 'prepare'; readonly dir: string; readonly scenario: string; readonly receiver: string }
  | {
      readonly kind: 'play';
      readonly dir: string;
      readonly scenario: string;
      readonly point?: CrashPoint | undefined;
    }
  | { readonly kind: 'recover'; readonly dir: string; readonly scenario: string };

process.on('message', (job: Job) => {
  run(job).then(
    (answer) => process.send?.({ ok: true, answer }),
    (error: unknown) =>
      process.send?.({ ok: false, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});

async function run(job: Job): Promise<unknown> {
  const scenario = SCENARIOS.find(({ name }) => name === job.scenario);
  if (scenario === undefined) throw new Error(`expected the name of a scenario, found ${job.scenario}`);
  if (job.kind === 'recover') return recover(job.dir, scenario);
  const calls = new PortCalls(job.kind === 'play' ? job.point : undefined);
  const installation = await startInstallation(job.dir, calls);
  const world = new World(installation, job.dir);
  if (job.kind === 'prepare') {
    await world.makeApp(job.receiver);
    await scenario.setUp(world);
  } else {
    calls.counts.clear();
    await scenario.play(world);
  }
  await installation.stop();
  return [...calls.counts];
}
