import type { PlantedFault } from '../simulation/planted-faults.ts';

/** A mistake that only a process that dies shows, and where to look for it. */
export interface PlantedCrashFault extends PlantedFault {
  readonly scenario: string;
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
  },
  {
    name: 'message-ended-before-record',
    what: 'the message of a failed attempt is deleted before its record is stored',
    file: 'src/pipeline/deliver/deliver.ts',
    find: 'if (open !== undefined) {\n        return open',
    replace: 'if (open !== undefined) {\n        progress.jobEnded(job);\n        return open',
    scenario: 'fails, is retried',
  },
  {
    name: 'lane-deleted-before-stored',
    what: 'of a lane that waits, the messages are deleted before the deliveries are stored',
    file: 'src/pipeline/deliver/ordered.ts',
    find: 'await this.#hold(appId, laneId, [member], waiting);\n          while (open.length > 0) end();',
    replace: 'while (open.length > 0) end();\n          await this.#hold(appId, laneId, [member], waiting);',
    scenario: 'in order, with a key that fails',
  },
  {
    name: 'sweep-forgets',
    what: 'the sweep looks no more at what it has queued',
    file: 'src/pipeline/deliver/sweep.ts',
    find: 'sweepAtMs: nowMs + SWEEP_AGAIN_MS',
    replace: 'sweepAtMs: undefined',
    scenario: 'fails, is retried much later',
  },
  {
    name: 'generator-moves-on-first',
    what: 'a generator moves on before the queue has its events',
    file: 'src/pipeline/generate/generate.ts',
    find: 'const results = await queue.send(messages);',
    replace:
      'await subscriptions.update(withNextRun(claimed, nextRunAtMs, nowMs));\n  const results = await queue.send(messages);',
    scenario: 'made by a generator',
  },
];
