import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ListeningLogplex, startLogplex } from '../../../test/support/logplex.ts';
import { systemClock } from '../../base/clock.ts';
import { LogplexSender } from './sender.ts';

const AT_MS = Date.parse('2026-11-28T20:00:00Z');
const line = (text: string) => ({ atMs: AT_MS, tag: 'herokuevents', text });

let listening: ListeningLogplex;
beforeEach(async () => {
  listening = await startLogplex();
});
afterEach(() => listening[Symbol.asyncDispose]());

const senderWith = (allowLoopback = true, timeoutMs = 20_000) =>
  new LogplexSender({ addresses: { allowLoopback }, clock: systemClock, timeoutMs });

test('lines of any text arrive as they are, in one request with our own user agent', async () => {
  const texts = ['größer ✓ 😀', 'x'.repeat(20_000), 'two\nlines', ''];
  expect(await senderWith().send('app-1', listening.urlOf('t.shop'), texts.map(line))).toEqual({
    kind: 'taken',
  });
  expect(listening.logplex.requests).toEqual([
    { app: 'shop', status: 204, fault: undefined, lineCount: 4, userAgent: 'herokuevents (Sluice)' },
  ]);
  const shown = listening.logplex.lines('shop').map(({ message }) => message);
  expect(shown).toEqual([
    'größer ✓ 😀',
    expect.stringMatching(/^x{10000,} \[cut, 20000 bytes\]$/),
    'two lines',
    '',
  ]);
});

test('a token is sent as it was before it was encoded for the URL', async () => {
  await senderWith().send('app-1', listening.urlOf('t.a%2Fb'), [line('x')]);
  expect(listening.logplex.shown('a/b')).toHaveLength(1);
});

describe('what Logplex does is an answer', () => {
  test.each([400, 401, 403, 404, 410, 301])('refused: %i, which may be of the URL', async (status) => {
    listening.faults.logplexRefuses = status;
    expect(await senderWith().send('app-1', listening.urlOf('t.shop'), [line('x')])).toEqual({
      kind: 'refused',
      reason: `http-${status}`,
    });
  });

  test.each([408, 429, 500, 503])('unavailable: %i, which passes', async (status) => {
    listening.faults.logplexRefuses = status;
    expect(await senderWith().send('app-1', listening.urlOf('t.shop'), [line('x')])).toEqual({
      kind: 'unavailable',
      reason: `http-${status}`,
    });
  });

  test('when it hangs, within the time', async () => {
    listening.faults.logplexHangs = true;
    expect(await senderWith(true, 200).send('app-1', listening.urlOf('t.shop'), [line('x')])).toEqual({
      kind: 'unavailable',
      reason: 'timeout',
    });
  });

  test('when it closes the connection', async () => {
    listening.faults.logplexGone = true;
    const answer = await senderWith().send('app-1', listening.urlOf('t.shop'), [line('x')]);
    expect(answer.kind).toBe('unavailable');
  });

  test('when nobody is there', async () => {
    const url = listening.urlOf('t.shop');
    await listening[Symbol.asyncDispose]();
    expect(await senderWith().send('app-1', url, [line('x')])).toEqual({
      kind: 'unavailable',
      reason: 'econnrefused',
    });
  });
});

test.each([
  ['no URL', 'secret-token'],
  ['plain text, elsewhere than on a laptop', 'http://token:t.secret@logs.example/logs'],
  ['a user that is no text', 'https://%ff:t.secret@logs.example/logs'],
])('%s is refused without a request, and without a word of what it was', async (_what, url) => {
  const answer = await senderWith(false).send('app-1', url, [line('x')]);
  expect(answer).toEqual({ kind: 'refused', reason: 'url-not-usable' });
});

test('an address that is not public is not connected to', async () => {
  const url = listening.urlOf('t.shop').replace('http:', 'https:');
  const answer = await senderWith(false).send('app-1', url, [line('x')]);
  expect(answer).toEqual({ kind: 'unavailable', reason: 'address-not-public' });
  expect(listening.logplex.requests).toEqual([]);
});
