import { beforeEach, expect, test } from 'vitest';
import { VirtualTime } from '../test/support/virtual-time.ts';
import { ProblemReporter } from './problem-reporter.ts';

const APPS: Readonly<Record<string, string>> = { 'app-id': 'demo' };
let said: string[];
let time: VirtualTime;
let reporter: ProblemReporter;

beforeEach(() => {
  said = [];
  time = new VirtualTime();
  reporter = new ProblemReporter({
    terminal: { event: (_who, text) => said.push(text) },
    clock: time,
    timers: time,
    appName: async (appId) => APPS[appId] ?? appId,
  });
});

function attempt(outcome: string, publication = 'mine'): void {
  const fields = { appId: 'app-id', publication, errorId: 'refused', outcome };
  reporter.show(JSON.stringify({ level: 'INFO', code: 'DELIVERY_ATTEMPTED', ...fields }));
}

test('a receiver that is down is one line with what to do, and one a minute after that', async () => {
  for (let count = 0; count < 100; count += 1) attempt('retry');
  await time.settle();
  expect(said).toEqual([
    expect.stringMatching(/to mine \(app demo\) was not taken \(refused\).*publications:pause mine -a demo/),
  ]);
  await time.pass(60_000);
  expect(said.slice(1)).toEqual([expect.stringMatching(/^99 more attempts for mine \(app demo\)/)]);
});

test('a receiver that is back is said, and is new when it fails again', async () => {
  attempt('retry');
  attempt('delivered');
  attempt('delivered');
  await time.settle();
  expect(said.slice(1)).toEqual(['deliveries to mine (app demo) are taken again']);
  attempt('exhausted');
  await time.settle();
  expect(said).toHaveLength(3);
});

test('what is kept to be pulled is no failure', async () => {
  attempt('kept');
  await time.pass(120_000);
  expect(said).toEqual([]);
});

test('each publication has lines of its own, and none is left behind once it is quiet', async () => {
  attempt('retry', 'mine');
  attempt('retry', 'yours');
  await time.settle();
  expect(said).toHaveLength(2);
  await time.pass(60_000);
  expect(said).toHaveLength(2);
  expect(time.pendingCount).toBe(0);
});

test('warnings are said once in a while, but for those that only an installation is run by', async () => {
  const warning = JSON.stringify({ level: 'WARN', message: 'the disk is full', error: 'ENOSPC' });
  reporter.show(warning);
  reporter.show(warning);
  reporter.show(
    JSON.stringify({ level: 'WARN', code: 'FEED_LEASE_LOST', message: 'a worker lost its lease' }),
  );
  reporter.show('no JSON');
  expect(said).toEqual(['the disk is full: ENOSPC']);
  time.advance(10_001);
  reporter.show(warning);
  expect(said).toHaveLength(2);
  // A clock that is set back must not suppress warnings until the time comes again.
  time.advance(-100 * 3_600_000);
  reporter.show(warning);
  expect(said).toHaveLength(2);
  await time.pass(10_001);
  reporter.show(warning);
  expect(said).toHaveLength(3);
});
