import { beforeEach, describe, expect, it } from 'vitest';
import { RecordedLog, RecordedMetrics } from '../../test/support/recorded-telemetry.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import {
  FAILURES_PER_ADDRESS,
  FAILURES_PER_CREDENTIAL,
  LINES,
  LOG_INTERVAL_MS,
  LoginGuard,
  UNKNOWN_MS,
} from './login-guard.ts';

const HERE = '192.0.2.1';
const ELSEWHERE = '198.51.100.7';
let clock: TestClock;
let log: RecordedLog;
let metrics: RecordedMetrics;
let guard: LoginGuard;

beforeEach(() => {
  clock = new TestClock();
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  guard = new LoginGuard({ clock, log, metrics });
});

function failOften(address: string, times = FAILURES_PER_ADDRESS.atOnce): void {
  for (let n = 0; n < times; n += 1) guard.failed({ address, credential: `guess ${n}` }, true);
}

describe('failed logins', () => {
  it('of one address are refused after some, and let in again in time', () => {
    failOften(HERE);
    expect(guard.isWorthLooking({ address: HERE, credential: 'new' })).toBe(false);
    expect(guard.failed({ address: HERE, credential: 'new' }, true)).toBe(1);
    expect(guard.isWorthLooking({ address: ELSEWHERE, credential: 'new' })).toBe(true);
    clock.advance(1_000);
    expect(guard.isWorthLooking({ address: HERE, credential: 'new' })).toBe(true);
  });

  it('lock out nobody whose credential was right before', () => {
    guard.succeeded({ credential: 'mine' });
    failOften(HERE);
    failOften(ELSEWHERE);
    expect(guard.isWorthLooking({ address: HERE, credential: 'mine' })).toBe(true);
  });

  it('with a credential are counted wherever they come from, and do not lock it out', () => {
    guard.succeeded({ credential: 'mine' });
    const fail = (n: number) => guard.failed({ address: `192.0.2.${n}`, credential: 'mine' }, false);
    for (let n = 0; n < FAILURES_PER_CREDENTIAL.atOnce; n += 1) expect(fail(n)).toBe(0);
    expect(fail(200)).toBe(5);
    expect(guard.isWorthLooking({ address: '192.0.2.250', credential: 'mine' })).toBe(true);
  });

  it('with what does not exist are not looked up again for a while', () => {
    const login = { address: HERE, credential: 'nobody' };
    expect(guard.isWorthLooking(login)).toBe(true);
    guard.failed(login, true);
    expect(guard.isWorthLooking(login)).toBe(false);
    expect(guard.isWorthLooking({ ...login, address: ELSEWHERE })).toBe(false);
    clock.advance(UNKNOWN_MS + 1);
    expect(guard.isWorthLooking(login)).toBe(true);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', false],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', true],
    ['::1', '0:0:0:0:5::1', false],
  ])('of %s count for its network, and so %s is let in: %s', (address, other, isLetIn) => {
    failOften(address);
    expect(guard.isWorthLooking({ address: other, credential: 'new' })).toBe(isLetIn);
  });

  it('of a shape that no credential has are counted by address', () => {
    for (let n = 0; n < FAILURES_PER_ADDRESS.atOnce; n += 1) expect(guard.failedByShape(HERE)).toBe(0);
    expect(guard.failedByShape(HERE)).toBe(1);
  });
});

describe('what is told of failed logins', () => {
  const told = () => [...log.of('LOGINS_FAILED'), ...log.of('LOGINS_LIMITED')];

  it('is one line of an address in a minute, and another when there are too many', () => {
    failOften(HERE, 2);
    expect(log.of('LOGINS_FAILED')).toMatchObject([{ address: HERE, count: 1 }]);
    failOften(HERE);
    failOften(HERE);
    expect(log.of('LOGINS_LIMITED')).toMatchObject([{ address: HERE, count: FAILURES_PER_ADDRESS.atOnce }]);
    expect(log.of('LOGINS_FAILED')).toHaveLength(1);
    clock.advance(LOG_INTERVAL_MS);
    failOften(HERE, 1);
    // Counts all failures since the last line.
    expect(log.of('LOGINS_FAILED').at(-1)).toMatchObject({
      address: HERE,
      count: FAILURES_PER_ADDRESS.atOnce + 2,
    });
    expect(metrics.counts.LoginsFailed).toBe(2 * FAILURES_PER_ADDRESS.atOnce + 3);
  });

  it('names the user whose password is guessed, wherever the guesses come from', () => {
    for (let n = 0; n <= FAILURES_PER_CREDENTIAL.atOnce; n += 1) {
      guard.failed({ address: `192.0.2.${n}`, credential: 'user-1' }, false);
    }
    expect(log.of('LOGINS_LIMITED')).toMatchObject([
      { user: 'user-1', count: FAILURES_PER_CREDENTIAL.atOnce },
    ]);
  });

  it('holds nothing of what was typed unless it is a user that exists', () => {
    guard.failed({ address: HERE, credential: 'typed-into-the-wrong-field' }, true);
    guard.failedByShape(ELSEWHERE);
    expect(told()).toHaveLength(2);
    expect(JSON.stringify(told())).not.toContain('typed');
  });

  it('is bounded, however many addresses there are', () => {
    for (let n = 0; n < 1_000; n += 1) guard.failedByShape(`10.0.${n >> 8}.${n & 255}`);
    expect(told()).toHaveLength(LINES.atOnce);
    expect(metrics.counts.LoginsFailed).toBe(1_000);
  });
});
