import { describe, expect, it } from 'vitest';
import { drainBacklog, parkedMemory, storeBacklog } from './local/backlog.ts';
import { crashLoop } from './local/crash-loop.ts';
import { kills } from './local/kills.ts';

// Small versions of what `npm run faults:local` measures: the local run as a real process, killed with SIGKILL, between a
// receiver and an org that outlive it. Assert counts, never times.

describe('a local run that is killed', () => {
  it('loses nothing and starts again, between publishes and a busy feed', async () => {
    const report = await kills({ kills: 5, publishesPerSecond: 50, feedEventsPerSecond: 20, seed: 7 });
    expect(report.lost).toEqual([]);
    expect(report.deadLetters).toBe(0);
    expect(report.startMs).toHaveLength(5);
  });

  it('does not hold its own crashes against what was in flight', async () => {
    const report = await crashLoop({ kills: 7, events: 60, lifeMs: 500 });
    expect(report).toMatchObject({ accepted: 60, lost: 0, deadLetters: 0 });
  });
});

describe('a backlog', () => {
  it.each(['paused', 'failing'] as const)('of a %s publication is stored whole', async (why) => {
    expect(await storeBacklog(why, 3)).toMatchObject({ events: 1_500, stored: 1_500 });
  });

  it('goes out in full when its publication resumes', async () => {
    expect(await drainBacklog(600, 300)).toMatchObject({ arrived: 600 });
  });

  it.runIf(process.platform === 'linux')(
    'neither grows the process nor takes more disk than it should',
    async () => {
      const report = await parkedMemory(5_000, 100, 2_000);
      expect(report.stateBytes).toBeLessThan(report.stateBytesMax);
      // It used to leak 3 MB with every read.
      expect(report.megabytesAfter - report.megabytesBefore).toBeLessThan(100);
    },
  );
});
