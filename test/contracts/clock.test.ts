import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { TestClock } from '../support/test-clock.ts';
import { clockContract } from './clock.contract.ts';

describe('clock', () => {
  describe('of the system', () => clockContract(() => ({ clock: systemClock, pass: sleep })));

  describe('of a test', () =>
    clockContract(() => {
      const clock = new TestClock();
      return { clock, pass: async (ms) => clock.advance(ms) };
    }));
});
