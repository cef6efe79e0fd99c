import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Dice } from './dice.ts';
import { PLANTED_FAULTS } from './planted-faults.ts';
import { planted, runSimulation, simulateWith } from './prove.ts';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SEEDS = 300;

describe('the simulation', () => {
  it(`keeps every promise over ${SEEDS} seeds`, async () => {
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const simulated = await simulate(seed);
      expect(simulated.violation, `npm run simulate -- --seed ${seed}`).toBeUndefined();
      faults += simulated.faults.length;
    }
    // Without these faults, the runs would have shown nothing.
    expect(faults).toBeGreaterThan(SEEDS * 5);
  });

  it('does the same for the same seed: again, in another process, and without a trace', async () => {
    for (const seed of [4, 9]) {
      const traced = await simulate(seed, { isTraced: true });
      expect((await simulate(seed, { isTraced: true })).trace).toEqual(traced.trace);
      const { output } = await runSimulation(ROOT, ['--seed', String(seed), '--trace']);
      expect(output.trimEnd().split('\n').slice(0, -1)).toEqual(traced.trace);
      expect((await simulate(seed)).stepCount).toBe(traced.stepCount);
    }
  });

  it('does something else for another seed', async () => {
    const [one, other] = [await simulate(1, { isTraced: true }), await simulate(2, { isTraced: true })];
    expect(one.trace).not.toEqual(other.trace);
    expect(scenarioOf(1)).not.toEqual(scenarioOf(2));
  });

  it('throws the same for all other things when one is left out', () => {
    const [all, without] = [new Dice(1), new Dice(1)];
    all.throw('left out');
    expect([all.throw('kept'), all.throw('kept')]).toEqual([without.throw('kept'), without.throw('kept')]);
  });

  it('finds a fault that is planted, and shows the least that leads to it', async () => {
    const fault = PLANTED_FAULTS.find(({ name }) => name === 'partial-failure-forgotten')!;
    const { output, exitCode } = await simulateWith(fault, ['--seeds', '50']);
    expect(exitCode).toBe(1);
    expect(output).toContain('broken: nothing is lost');
    const [, rest = ''] = output.split('is broken by less');
    const [described = ''] = rest.split('What happens then:');
    // The installation, a publication, what brings an event to it, and the one fault.
    expect(described.match(/^ {2}fault: /gm)).toHaveLength(1);
    expect(described.match(/^ {2}\S/gm)?.length).toBeLessThanOrEqual(5);
  });

  it.each(PLANTED_FAULTS)('can still plant $name', (fault) => {
    const text = readFileSync(join(ROOT, fault.file), 'utf8');
    expect(planted(fault, text)).not.toBe(text);
  });
});
