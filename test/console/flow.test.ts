import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/salesforce.ts';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { calmFlow, type Flow, minutes } from './support/made-up-flow.ts';
import { Scene } from './support/scene.ts';

const FLOW = /^\/v1\/tenants\/[^/]+\/flow$/;

inChromium('the flow', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(() => scene.end());

  // The console's acceptance test: a new user who knows only what the page says.
  test('five planted faults are each named, with what to do, within two minutes', {
    timeout: 180_000,
  }, async () => {
    const app = await scene.app('faulty');
    const locked = createServer((request, response) => {
      request.resume();
      response.statusCode = request.headers.authorization === 'Bearer right' ? 204 : 401;
      response.end('{"error":"invalid_token"}');
    });
    onTestFinished(() => void locked.close());
    await new Promise<void>((settle) => locked.listen(0, '127.0.0.1', settle));
    await plantFaults(scene, app, `http://127.0.0.1:${(locked.address() as AddressInfo).port}/`);
    const { page, go, close } = await openConsole(scene.run, { app: app.name, height: 1600 });
    const withinMs = 120_000;
    for (const { title, says } of [
      { title: 'The receiver of billing refuses our token (HTTP 401)', says: ['401', '--token-file'] },
      {
        title: 'The filter of orders → crm drops everything',
        says: ['root = if this.amount > 1000', 'did not pass'],
      },
      {
        title: 'The authorization of the org acme was revoked or has expired',
        says: ['Authorize the org again', 'events:authorizations:salesforce:update acme'],
      },
      { title: 'The publication warehouse is paused', says: ['parked', 'Resume'] },
      { title: 'The filter of orders → reports fails on events', says: ['this.totals.amount', 'line 1'] },
    ]) {
      const cause = page.locator('.cause', { has: page.getByRole('heading', { name: title }) });
      await cause.waitFor({ timeout: withinMs });
      const text = await cause.textContent();
      for (const words of says) expect(text).toContain(words);
    }
    // Parked deliveries go out as soon as somebody presses the button that the page offers.
    const before = scene.receiver.received.filter(({ path }) => path.endsWith('/warehouse')).length;
    await page
      .locator('.cause', { hasText: 'warehouse is paused' })
      .getByRole('button', { name: 'Resume' })
      .click();
    await page.locator('.cause', { hasText: 'warehouse is paused' }).waitFor({ state: 'detached' });
    await until('what was parked', () =>
      Promise.resolve(
        scene.receiver.received.filter(({ path }) => path.endsWith('/warehouse')).length > before,
      ),
    );
    // From the cause to the deliveries that failed because of it.
    await page
      .locator('.cause', { hasText: 'billing refuses our token' })
      .getByRole('link', { name: 'These deliveries' })
      .click();
    await page.getByText('http-401').first().waitFor();
    await go(`#/${app.name}/flow`);
    // To the filter, where it can be fixed.
    await page
      .locator('.cause', { hasText: 'crm drops everything' })
      .getByRole('link', { name: 'Open the filter' })
      .click();
    await page.getByText('this.amount > 1000').first().waitFor();
    await go(`#/${app.name}/flow`);
    // From the cause to one of its events, and to the place in the filter.
    await page
      .locator('.cause', { hasText: 'reports fails on events' })
      .getByRole('link', { name: 'The newest event’s story' })
      .click();
    await page.getByText('The filter failed on this event').waitFor();
    expect(await page.locator('.source-failed').textContent()).toContain('this.totals.amount');
    await close();
  });

  describe('the picture', () => {
    async function openWith(flow: Flow, more: { width?: number } = {}) {
      const app = await scene.app();
      const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs`, ...more });
      opened.api.answer('GET', FLOW, { body: flow, headers: { etag: '"1"' } });
      await opened.go(`#/${app.name}/flow`);
      await opened.page.getByRole('heading', { name: 'From where to where' }).waitFor();
      return { ...opened, app };
    }

    test('says that all is well where it is, and leads to the thing behind each part', async () => {
      const { page, close, app, go } = await openWith(calmFlow());
      await page.getByText('Events that came in the last hour were delivered').waitFor();
      expect(await page.locator('svg.gutter path.edge').count()).toBe(10);
      for (const [name, at] of [
        ['/data/OpportunityChangeEvent', 'subscriptions/opportunities'],
        ['orders → warehouse', 'streams/orders/warehouse'],
        ['reports webhook', 'publications/reports'],
      ] as const) {
        await page
          .locator('a.node', { hasText: new RegExp(name.replaceAll(/[→ ]+/g, '.*')) })
          .first()
          .click();
        await page.waitForURL((url) => url.hash === `#/${app.name}/${at}`);
        await go(`#/${app.name}/flow`);
        await page.getByRole('heading', { name: 'From where to where' }).waitFor();
      }
      await close();
    });

    test('shows what others wrote as text', async () => {
      const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe\u0000';
      const flow = calmFlow();
      const [subscription] = flow.subscriptions;
      const [stream] = flow.streams;
      if (subscription === undefined || stream === undefined)
        throw new Error('expected a flow with something in it');
      subscription.topic = hostile;
      stream.filter = `# ${hostile}${'x'.repeat(100_000)}`;
      stream.minutes = minutes({ received: 40, dropped: 40 });
      const { page, close } = await openWith(flow);
      await page.getByText('drops everything').waitFor();
      expect(await page.locator('main img').count()).toBe(0);
      expect(await page.locator('.node .hidden-mark').allTextContents()).toContain('U+202E');
      expect(await page.locator('.words .hidden-mark').allTextContents()).toContain('U+0000');
      await close();
    });

    test('asks only whether something changed, and not at all while nobody looks', async () => {
      const { page, api, close } = await openWith(calmFlow());
      await page.waitForTimeout(5_500);
      const asked = api.asked('GET', FLOW);
      expect(asked.length).toBeGreaterThan(1);
      expect(asked.at(-1)?.headers['if-none-match']).toBe('"1"');

      const hide = (hidden: boolean) =>
        page.evaluate(
          `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} }); document.dispatchEvent(new Event('visibilitychange'));`,
        );
      await hide(true);
      // A read may be in progress.
      await page.waitForTimeout(500);
      const before = api.asked('GET', FLOW).length;
      await page.waitForTimeout(6_000);
      expect(api.asked('GET', FLOW)).toHaveLength(before);
      await hide(false);
      await until('a reading at once', () => Promise.resolve(api.asked('GET', FLOW).length > before), 2_000);
      await close();
    });

    test('asks no oftener than the service wants', async () => {
      const { page, api, close } = await openWith({ ...calmFlow(), refresh_after_ms: 60_000 });
      const before = api.asked('GET', FLOW).length;
      await page.waitForTimeout(7_000);
      expect(api.asked('GET', FLOW)).toHaveLength(before);
      await close();
    });

    test('keeps what it has while the API fails, says so, and takes up the new once it answers', async () => {
      const { page, api, close } = await openWith(calmFlow());
      api.answer('GET', FLOW, { isBroken: true });
      await page.getByText('Sluice cannot be reached from this browser').waitFor({ timeout: 20_000 });
      expect(await page.getByRole('heading', { name: 'From where to where' }).isVisible()).toBe(true);
      const flow = calmFlow();
      for (const publication of flow.publications) publication.state = 'paused';
      api.answer('GET', FLOW, { body: flow, headers: { etag: '"2"' } });
      await page.getByText('The publication crm is paused').waitFor({ timeout: 40_000 });
      expect(await page.getByText('Sluice cannot be reached').count()).toBe(0);
      await close();
    });

    test('moves nothing that was there when a slow answer comes', async () => {
      const app = await scene.app();
      const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs` });
      await opened.page.getByRole('heading', { level: 1, name: 'Orgs' }).waitFor();
      opened.api.answer('GET', FLOW, { body: calmFlow(), afterMs: 2_000 });
      await opened.page.evaluate(
        'window.shifted = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; }).observe({ type: "layout-shift" });',
      );
      await opened.go(`#/${app.name}/flow`);
      await opened.page.getByText('Loading what flows').waitFor();
      await opened.page.getByRole('heading', { name: 'From where to where' }).waitFor();
      await opened.page.waitForTimeout(500);
      expect(await opened.page.evaluate('window.shifted')).toBeLessThan(0.01);
      await opened.close();
    });

    test('an API that refuses is quoted, and asked again by a button', async () => {
      const app = await scene.app();
      const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs` });
      opened.api.refuse('GET', FLOW, 429, 'too-many-requests', 'Too many requests: try again in 3 s.');
      await opened.go(`#/${app.name}/flow`);
      await opened.page.getByText('Too many requests: try again in 3 s.').waitFor();
      opened.api.answer('GET', FLOW, { body: calmFlow() });
      await opened.page.getByRole('button', { name: 'Try again' }).click();
      await opened.page.getByRole('heading', { name: 'From where to where' }).waitFor();
      await opened.close();
    });

    test('an app with nothing in it is told how to begin', async () => {
      const app = await scene.app();
      const { page, close } = await openConsole(scene.run, { app: app.name });
      await page.getByRole('heading', { name: 'Nothing flows yet' }).waitFor();
      expect(await page.locator('pre.command').textContent()).toContain(`-a ${app.name}`);
      await close();
    });
  });
});

/** A wrong token at a receiver, a filter that drops too much, a revoked authorization, a paused publication, a missing field. */
async function plantFaults(
  scene: Scene,
  app: Awaited<ReturnType<Scene['app']>>,
  lockedUrl: string,
): Promise<void> {
  const send = await app.inbound('orders');
  for (const name of ['crm', 'warehouse', 'reports']) await app.hook(name);
  await app.api('POST', '/platforms/webhook/publications', {
    name: 'billing',
    url: lockedUrl,
    token: 'wrong',
  });
  await app.api('POST', '/streams', {
    source: 'orders',
    target: 'crm',
    filter: 'root = if this.amount > 1000 { this } else { deleted() }',
  });
  await app.api('POST', '/streams', {
    source: 'orders',
    target: 'warehouse',
    filter: 'root.id = this.order',
  });
  await app.api('POST', '/streams', {
    source: 'orders',
    target: 'reports',
    filter: 'root.total = this.totals.amount.number()',
  });
  await app.api('POST', '/streams', { source: 'orders', target: 'billing' });
  await app.api('PATCH', '/publications/warehouse', { paused: true });

  const org = /simulated org +(\S+) \(Pub\/Sub API at (\S+)\)/.exec(scene.run.output);
  const control = `${org?.[1] ?? ''}/__simulator`;
  const info = (await (await fetch(`${control}/info`)).json()) as { credentials: Record<string, string> };
  const made = await app.api('POST', '/platforms/salesforce/authorizations', {
    alias: 'acme',
    flow: 'web',
    login_url: org?.[1],
    client_id: info.credentials['clientId'],
    client_secret: info.credentials['clientSecret'],
    pubsub_endpoint: org?.[2],
    insecure: true,
  });
  await approve((made['extra'] as { redirect_uri: string }).redirect_uri);
  await app.api('POST', '/platforms/salesforce/subscriptions', {
    name: 'opportunities',
    alias: 'acme',
    topic: '/data/OpportunityChangeEvent',
    target: 'crm',
  });
  const revoked = await fetch(`${control}/tokens/revoke-all`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshTokens: true, endStreams: true }),
  });
  expect(revoked.status).toBe(200);
  for (let order = 0; order < 30; order += 1) await send({ order, amount: order });
}

/** Presses Allow, as a person who is logged in to the org. */
async function approve(authorizeUrl: string): Promise<void> {
  const asked = await fetch(authorizeUrl);
  const ticket = /name="ticket" value="([^"]+)"/.exec(await asked.text())?.[1] ?? '';
  const answer = await fetch(new URL('/services/oauth2/consent', asked.url), {
    method: 'POST',
    body: new URLSearchParams({ ticket, decision: 'allow' }),
  });
  if (!answer.ok)
    throw new Error(`expected the login to succeed, found ${answer.status}: ${await answer.text()}`);
}
