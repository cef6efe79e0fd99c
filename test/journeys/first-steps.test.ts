import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalRun, temporaryState } from '../support/local-run.ts';
import { until } from '../support/salesforce.ts';

// What a newcomer sees: `npm start`, the demo's flow, the pasted curl, the CLI, Ctrl-C, and all of it again.

const state = temporaryState();
let run: LocalRun;
let startedInMs: number;
const readLog = () => readFileSync(join(state.dir, 'sluice.log'), 'utf8');
/**
 * Sessions that resumed from a cursor: one for each run except the first, whose feed may wait for its stream before it
 * reads.
 */
const feedRestarts = () => readLog().match(/FEED_STARTED[^\n]*"cursor":true/g)?.length ?? 0;

beforeAll(async () => {
  const beganAtMs = Date.now();
  run = await LocalRun.start(state.dir);
  await run.sees(/webhook {2}← UPDATE/);
  startedInMs = Date.now() - beganAtMs;
});

afterAll(async () => {
  await run.end('SIGKILL');
  state.remove();
});

describe('npm start', () => {
  it('shows change events on their way from the org to a receiver', async () => {
    await run.sees(/org +Opportunity (CREATE|UPDATE)/);
    const [line] = await run.sees(/webhook {2}← UPDATE .*/);
    expect(line).toContain('(signature valid)');
    // This does not measure speed: a minute would mean that something waits for the schedule.
    expect(startedInMs).toBeLessThan(30_000);
  });

  it('lets only what passes the filter through', async () => {
    await run.sees(/org +Opportunity CREATE/);
    expect(run.output).not.toMatch(/webhook {2}← CREATE/);
  });

  it('says what to try, and the curl publishes into the org', async () => {
    const [, publishUrl] = await run.sees(/curl -X POST (http:\/\/\S+)\/QuoteGenerationComplete/);
    const url = new URL(publishUrl ?? '');
    const response = await fetch(`${url.origin}/QuoteGenerationComplete`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: '{"Status__c":"Quotes Generated: 50"}',
    });
    expect(response.status).toBe(202);
    await run.sees(/org +QuoteGenerationComplete__e arrived: .*Quotes Generated: 50/);
  });

  it('is found by the CLI', async () => {
    const streams = await run.sluice('events:streams', '--json');
    expect(streams.stderr).toBe('');
    expect(JSON.parse(streams.stdout)).toMatchObject([
      { source: { name: 'OpportunityChangeEvent' }, target: { name: 'demoReceiver' } },
    ]);
    const config = await run.sluice('config:get', 'HEROKUEVENTS_PUBLISH_URL');
    expect(config.stdout).toMatch(/^http:\/\/[^:]+:[^@]+@127\.0\.0\.1:\d+\n$/);
  });

  it('authorizes the org for another app by the bare command of old, in the browser', async () => {
    await run.app('shop');
    const command = run.sluice(
      'events:authorizations:salesforce:create',
      'my-org',
      '-a',
      'shop',
      '--browser',
      '/bin/true',
    );
    const shown = async (): Promise<string> => {
      const { stdout } = await run.sluice('events:authorizations:info', 'my-org', '-a', 'shop', '--json');
      return stdout === '' ? shown() : String(JSON.parse(stdout).extra.redirect_uri);
    };
    const loginPage = await shown();
    const page = await (await fetch(loginPage)).text();
    const ticket = /name="ticket" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const allowed = await fetch(new URL('/services/oauth2/consent', loginPage), {
      method: 'POST',
      body: new URLSearchParams({ ticket, decision: 'allow' }),
    });
    expect(allowed.status).toBe(200);
    expect(await allowed.text()).toContain('my-org');
    expect((await command).code).toBe(0);
    const { stdout } = await run.sluice('events:authorizations', '-a', 'shop', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ alias: 'my-org', status: 'active' }]);
  });

  it('stops cleanly on Ctrl-C and goes on where it was', async () => {
    await run.end('SIGINT');
    expect(run.exitCode).toBe(0);
    run = await LocalRun.start(state.dir);
    expect(run.output).toContain('with the state it had');
    await run.sees(/webhook {2}← UPDATE/);
  });

  it('goes on after kill -9 as well', async () => {
    // The log line is written a moment after its event.
    await until('the start of the feed in the log', () => feedRestarts() === 1);
    await run.end('SIGKILL');
    run = await LocalRun.start(state.dir);
    await run.sees(/webhook {2}← UPDATE/);
  });

  it('has its org there before the feed and after it', async () => {
    await run.end('SIGINT');
    expect(feedRestarts()).toBe(2);
    expect(readLog()).not.toMatch(/FEED_FAILED|AUTHORIZATION_FAILING/);
    run = await LocalRun.start(state.dir);
  });

  it('refuses a second run on the same state, and says which process has it', async () => {
    const { code, output } = await LocalRun.fails(state.dir, '--port', '0');
    expect(code).toBe(1);
    expect(output).toMatch(/another local run \(process \d+\) uses .*--state DIR/);
  });

  it('refuses a port that is taken and flags it does not know', async () => {
    const other = temporaryState();
    // Without the demo: a parallel test may occupy one of its ports, and that would be reported first.
    const taken = await LocalRun.fails(other.dir, '--no-demo', '--port', new URL(run.origin).port);
    const unknown = await LocalRun.fails(other.dir, '--prot', '1');
    // The demo's org listens on the next port.
    const takenBesides = await LocalRun.fails(
      other.dir,
      '--port',
      String(Number(new URL(run.origin).port) - 1),
    );
    const notANumber = await LocalRun.fails(other.dir, '--port', 'high');
    other.remove();
    expect([taken.code, takenBesides.code, unknown.code, notANumber.code]).toEqual([1, 1, 2, 2]);
    expect(taken.output).toMatch(/port \d+ is taken.*--port N/);
    expect(takenBesides.output).toMatch(/^a port of the demo \(.*\) is taken.*--port N/);
    expect(unknown.output).toContain("'--prot'");
    expect(notANumber.output).toContain('expected a number from 0 to 65535, found "high"');
  });
});
