import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSqliteEngine } from '../../src/adapters/sqlite/engine.ts';
import { CrashLab } from './crash-lab.ts';
import { OFF_THE_PATH } from './off-the-path.ts';
import { CRASH_POINTS } from './points.ts';
import { methodsOf } from './port-calls.ts';
import { crashAt, crashesOf, type Recording, recordAll } from './run-points.ts';

// Real processes that are really killed, a real SQLite file, receivers over real HTTP. All points take minutes (`npm run crash-points`);
// this suite runs those that reveal a wrong order of two writes.

let lab: CrashLab;
let recording: Recording;

beforeAll(async () => {
  lab = await CrashLab.open();
  recording = await recordAll(lab);
});

afterAll(() => lab.close());

const left = new Set(OFF_THE_PATH.flatMap(({ methods }) => methods));
const methodOf = (call: string) => call.slice(call.indexOf(' ') + 1);

describe('the list of crash points', () => {
  it('has a point for each call that a scenario makes', () => {
    const called = new Set([...recording.values()].flatMap((calls) => [...calls.keys()]));
    const listed = new Set(Object.values(CRASH_POINTS).flat());
    expect([...called].filter((call) => !listed.has(call) && !left.has(methodOf(call)))).toEqual([]);
  });

  it('has no point that its scenario does not reach', () => {
    const unreached = [...recording].flatMap(([{ name }, calls]) =>
      (CRASH_POINTS[name] ?? []).filter((call) => !calls.has(call)).map((call) => `${name}: ${call}`),
    );
    expect(unreached).toEqual([]);
    expect(Object.keys(CRASH_POINTS).sort()).toEqual([...recording.keys()].map(({ name }) => name).sort());
  });

  it('leaves no method of a port out without a reason', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-ports-'));
    const engine = makeSqliteEngine(join(dir, 'sluice.db'));
    const { stores, deliveryQueue, pollQueue, deliveryReturns, orderedReturns, history, deadLetters } =
      engine;
    const ports = {
      ...stores,
      deliveryQueue,
      pollQueue,
      deliveryReturns,
      orderedReturns,
      history,
      deadLetters,
    };
    const methods = Object.entries(ports).flatMap(([port, it]) =>
      it === undefined ? [] : methodsOf(it).map((method) => `${port}.${method}`),
    );
    engine.close();
    rmSync(dir, { recursive: true });
    const listed = new Set(Object.values(CRASH_POINTS).flat().map(methodOf));
    expect(methods.filter((method) => !listed.has(method) && !left.has(method))).toEqual([]);
    expect([...left].filter((method) => !methods.includes(method))).toEqual([]);
    expect([...left].filter((method) => listed.has(method))).toEqual([]);
  });
});

/** For each of these: before and after the first call. */
const SHORT_LIST: Readonly<Record<string, readonly string[]>> = {
  'delivered at once': ['ingest deliveryQueue.send', 'deliver webhook.send', 'consumer deliveries.delete'],
  'fails, is retried': [
    'deliver deliveries.create',
    'deliver deliveryQueue.send',
    'deliver deliveries.update',
  ],
  'fails, is retried much later': ['schedule deliveries.update', 'schedule deliveryQueue.send'],
  'parked by a pause, drained': ['deliver deliveries.create', 'api publications.update'],
  'parked by a breaker, probed, drained': ['deliver publications.update', 'schedule publications.update'],
  'over the rate limit': ['deliver rates.take'],
  'in order, with a key that fails': [
    'deliver lanes.write',
    'deliver lanes.addMember',
    'deliver deliveries.create',
    'consumer ordered.delete',
  ],
  'given up, retried by a redrive that the schedule does': ['schedule redrives.update'],
  'pulled, acknowledged': ['ingest deliveries.update'],
  'made by a generator': ['schedule subscriptions.update'],
  'fails in its filter': ['ingest deliveries.create'],
};

describe.each(Object.entries(SHORT_LIST))('a delivery: %s', (name, calls) => {
  it.each(calls)('survives a kill before and after %s', async (call) => {
    const planned = crashesOf(recording).filter(
      ({ scenario, point }) => scenario.name === name && point.call === call && point.nth === 1,
    );
    expect(planned.length).toBe(2);
    for (const each of planned) {
      const { outcome } = await crashAt(lab, each);
      expect([each.point.when, outcome.isReached, outcome.faults]).toEqual([each.point.when, true, []]);
    }
  });
});
