import type { PlantedFault } from '../simulation/planted-faults.ts';

/** A mistake that shows only when a process dies, and where to look for it. */
export interface PlantedCrashFault extends PlantedFault {
  readonly scenario: string;
  readonly call: string;
}

export const PLANTED_FAULTS: readonly PlantedCrashFault[] = [
  {
    name: 'message-ended-before-attempt',
    what: 'the message is deleted when its attempt begins',
    file: 'src/pipeline/deliver/deliver.ts',
    find: 'const startedAtMs = this.#ports.clock.now();\n    let outcomes',
    replace:
      'for (const job of jobs) progress.jobEnded(job);\n    const startedAtMs = this.#ports.clock.now();\n    let outcomes',
    scenario: 'fails, is retried',
    call: 'deliver webhook.send',
  },
  {
    // Writes begun in one turn of the event loop share one transaction of the file: the code has to await something in between.
    name: 'lane-deleted-before-stored',
    what: 'of a lane that waits, the messages are deleted before the deliveries are stored',
    file: 'src/pipeline/deliver/ordered.ts',
    find: 'if (waiting.length > 0) await this.#hold(appId, laneId, [], waiting);',
    replace: `while (open.length > 0) end();
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (waiting.length > 0) await this.#hold(appId, laneId, [], waiting);`,
    scenario: 'in order, with a key that fails',
    call: 'deliver deliveries.create',
  },
  {
    name: 'sweep-forgets',
    what: 'the sweep looks no more at what it has queued',
    file: 'src/pipeline/deliver/sweep.ts',
    find: 'sweepAtMs: nowMs + SWEEP_AGAIN_MS',
    replace: 'sweepAtMs: undefined',
    scenario: 'fails, is retried much later',
    call: 'schedule deliveries.update',
  },
  {
    name: 'generator-moves-on-first',
    what: 'a generator moves on before the queue has its events',
    file: 'src/pipeline/generate/generate.ts',
    find: 'const results = await queue.send(messages);',
    replace:
      'await subscriptions.update(withNextRun(claimed, nextRunAtMs, nowMs));\n  const results = await queue.send(messages);',
    scenario: 'made by a generator',
    call: 'schedule deliveryQueue.send',
  },
];
