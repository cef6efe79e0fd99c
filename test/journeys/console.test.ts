import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Flow } from '../../src/management/flow/schema.ts';
import { LocalRun, temporaryState } from '../support/local-run.ts';

// A real run with its demo, the real command, and HTTP as a browser speaks it. test/console covers the browser's side.

const state = temporaryState();
let run: LocalRun;

beforeAll(async () => {
  run = await LocalRun.start(state.dir);
}, 60_000);
afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
});

test('sluice console opens a session that shows the demo flow, and ends it', {
  timeout: 60_000,
}, async () => {
  const { stdout } = await run.sluice('console', '--app', 'demo', '--json');
  const { url } = JSON.parse(stdout);
  const { origin, pathname, hash } = new URL(url);

  const page = await fetch(`${origin}${pathname}`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const [script = ''] = /\/console\/assets\/main-\w+\.js/.exec(await page.text()) ?? [];
  expect((await fetch(`${origin}${script}`)).headers.get('cache-control')).toContain('immutable');
  // People type this form, too.
  expect((await fetch(`${origin}/console/`)).status).toBe(200);

  const ask = (method: string, path: string, cookie = '', body?: object) =>
    fetch(`${origin}${path}`, {
      method,
      headers: { 'x-sluice-console': '1', origin, cookie },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const begun = await ask('POST', '/console/session', '', { code: hash.replace('#code=', '') });
  expect(await begun.json()).toMatchObject({ app: { name: 'demo' }, administration: false, payloads: true });
  const [cookie = ''] = begun.headers.getSetCookie().map((each) => each.split(';')[0]);

  await expect
    .poll(
      async () => {
        const answer = await ask('GET', '/v1/tenants/demo/flow', cookie);
        const { streams } = v.parse(Flow, await answer.json());
        return streams[0]?.minutes.some(({ delivered }) => delivered > 0);
      },
      { timeout: 30_000 },
    )
    .toBe(true);

  expect((await ask('DELETE', '/console/session', cookie)).status).toBe(200);
  expect((await ask('GET', '/v1/tenants/demo/flow', cookie)).status).toBe(401);
});
