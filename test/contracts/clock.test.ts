import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Dice } from '../simulation/dice.ts';
import { Scheduler, SimulatedProcess } from '../simulation/scheduler.ts';
import { TestClock } from '../support/test-clock.ts';
import { clockContract } from './clock.contract.ts';

describe('clock', () => {
  describe('of the system', () => clockContract(() => ({ clock: systemClock, pass: sleep })));

  describe('of a test', () =>
    clockContract(() => {
      const clock = new TestClock();
      return { clock, pass: async (ms) => clock.advance(ms) };
    }));

  describe('of the simulation', () =>
    clockContract(() => {
      const scheduler = new Scheduler(new Dice(1));
      const clock = new SimulatedProcess('a-process', scheduler);
      return { clock, pass: (ms) => scheduler.run(scheduler.nowMs + ms, () => false) };
    }));
});
