import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { systemTimers } from '../../src/base/timers.ts';
import { Dice } from '../simulation/dice.ts';
import { Scheduler, SimulatedProcess } from '../simulation/scheduler.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { timersContract } from './timers.contract.ts';

describe('timers', () => {
  describe('of the system', () => {
    timersContract(() => ({ timers: systemTimers, pass: (ms) => sleep(ms) }));
  });

  describe('in virtual time', () => {
    timersContract(() => {
      const time = new VirtualTime();
      return { timers: time, pass: (ms) => time.pass(ms) };
    });
  });

  describe('in the simulation', () => {
    timersContract(() => {
      const scheduler = new Scheduler(new Dice(1));
      const timers = new SimulatedProcess('a-process', scheduler);
      return { timers, pass: (ms) => scheduler.run(scheduler.nowMs + ms, () => false) };
    });
  });
});
