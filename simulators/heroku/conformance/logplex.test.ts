import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startLogplex } from '../../../test/support/logplex.ts';

// Tests against the vendor's documentation, with an independent client: what is refused, and what `heroku logs` shows.

const LINE = '<190>1 2026-11-28T20:00:00+00:00 host app herokuevents - - at=error code=delivery_failed';
const UNICODE = '<190>1 2026-11-28T20:00:01.123456+00:00 host app herokuevents - - größer ✓';
const framed = (line: string) => `${Buffer.byteLength(line)} ${line}`;

interface Given {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly chunked?: boolean;
}

/** Node's own HTTP, which sends the given headers unchanged. */
function send(
  url: string,
  body: string,
  { method = 'POST', headers, chunked = false }: Given = {},
): Promise<number> {
  const { hostname, port, pathname, username, password } = new URL(url);
  const all = {
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    'content-type': 'application/logplex-1',
    'user-agent': 'herokuevents',
    ...(!chunked && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path: pathname,
        method,
        headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    if (chunked) outgoing.write(body.slice(0, 5));
    outgoing.end(chunked ? body.slice(5) : body);
  });
}

test('lines are taken, and shown as heroku logs shows them', async () => {
  await using listening = await startLogplex();
  const { logplex, urlOf } = listening;
  const tailed: string[] = [];
  const end = logplex.tail('shop', (line) => tailed.push(line));
  expect(
    await send(urlOf('t.shop'), framed(LINE) + framed(UNICODE), { headers: { 'logplex-msg-count': '2' } }),
  ).toBe(204);
  expect(
    await send(urlOf('t.other'), framed(LINE), { headers: { 'content-type': 'application/x-logplex-1' } }),
  ).toBe(204);
  end();
  expect(await send(urlOf('t.shop'), framed(LINE))).toBe(204);
  const shown = [
    '2026-11-28T20:00:00+00:00 app[herokuevents]: at=error code=delivery_failed',
    '2026-11-28T20:00:01.123456+00:00 app[herokuevents]: größer ✓',
  ];
  expect(tailed).toEqual(shown);
  expect(logplex.shown('shop')).toEqual([...shown, shown[0]]);
  expect(logplex.shown('other')).toEqual([shown[0]]);
});

describe('refused is', () => {
  test.each<[string, string, number, RegExp, Given?]>([
    [
      'a length that counts characters',
      `${UNICODE.length} ${UNICODE}`,
      400,
      /length of a line|RFC 5424|within a character/,
    ],
    ["the vendor's sample, which counts one byte too many", `${LINE.length + 1} ${LINE}`, 400, /shorter/],
    [
      'a length that is too short',
      `${LINE.length - 1} ${LINE}${framed(LINE)}`,
      400,
      /length of a line at byte/,
    ],
    ['a separator between frames', `${framed(LINE)}\n${framed(LINE)}`, 400, /length of a line at byte/],
    ['no line', '', 400, /there is no line/],
    [
      'another number of lines',
      framed(LINE),
      400,
      /Logplex-Msg-Count is 2, and there are 1/,
      { headers: { 'logplex-msg-count': '2' } },
    ],
    ['a frame that is too long', framed(LINE.padEnd(10_240 - 5, 'x')), 400, /longer than 10240/],
    [
      'another content type',
      framed(LINE),
      400,
      /content type/,
      { headers: { 'content-type': 'text/plain' } },
    ],
    ['a chunked body', framed(LINE), 400, /chunked/, { chunked: true }],
    ['no user agent', framed(LINE), 400, /user agent/, { headers: { 'user-agent': undefined } }],
    ['another priority', framed(LINE.replace('190', '134')), 400, /priority 134/],
    ['another source', framed(LINE.replace('host app', 'host heroku')), 400, /source heroku/],
    [
      'a tag that the CLI does not find',
      framed(LINE.replace('herokuevents', 'heroku/events')),
      400,
      /process id/,
    ],
    ['a line break in a line', framed(`${LINE}\nat=info`), 400, /control character/],
    ['what is no RFC 5424', framed('hello'), 400, /RFC 5424/],
    ['another method', framed(LINE), 405, /POST/, { method: 'PUT' }],
    ['no credentials', framed(LINE), 401, /token/, { headers: { authorization: undefined } }],
    [
      'another user',
      framed(LINE),
      401,
      /token/,
      { headers: { authorization: `Basic ${btoa('me:t.shop')}` } },
    ],
  ])('%s', async (_what, body, status, fault, given) => {
    await using listening = await startLogplex();
    const { logplex, urlOf } = listening;
    expect(await send(urlOf('t.shop'), body, given)).toBe(status);
    expect(logplex.requests).toMatchObject([{ status, fault: expect.stringMatching(fault) }]);
    expect(logplex.shown('shop')).toEqual([]);
  });

  test('nothing of the longest frame, with its length', async () => {
    await using listening = await startLogplex();
    const { urlOf } = listening;
    expect(await send(urlOf('t.shop'), framed(LINE.padEnd(10_240 - 6, 'x')))).toBe(204);
  });
});

test('the last 1,500 lines are kept', async () => {
  await using listening = await startLogplex();
  const { logplex, urlOf } = listening;
  for (let count = 0; count < 2; count += 1) await send(urlOf('t.shop'), framed(LINE).repeat(1_000));
  expect(logplex.shown('shop')).toHaveLength(1_500);
});
