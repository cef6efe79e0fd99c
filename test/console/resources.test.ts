import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/salesforce.ts';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { Scene, type SceneApp } from './support/scene.ts';

inChromium('subscriptions, streams and publications', () => {
  let scene: Scene;
  let app: SceneApp;
  let send: (data: unknown) => Promise<void>;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
    send = await app.inbound('orders');
    await app.hook('crm');
    await app.api('POST', '/streams', { source: 'orders', target: 'crm', filter: '# as it is\nroot = this' });
    await send({ order: 1 });
  });
  afterAll(() => scene.end());

  test('each list leads to each page, and each page to the others', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/subscriptions`,
    });
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'orders', exact: true }).waitFor();
    // Whoever knows the inbound URL may post to it, so the page shows it only on request.
    expect(await page.locator('main').textContent()).not.toContain('/inbound/');
    await page.getByRole('link', { name: 'orders → crm' }).click();
    await page.getByRole('heading', { level: 1, name: 'orders → crm' }).waitFor();
    expect(await page.locator('.source').textContent()).toContain('root = this');
    await page.getByRole('link', { name: 'crm', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'crm', exact: true }).waitFor();
    await page.getByRole('link', { name: 'All publications' }).click();
    await page.getByRole('heading', { level: 1, name: 'Publications' }).waitFor();
    await close();
  });

  test('a publication is paused and resumed, and what was parked goes out', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/publications/crm`,
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.badge', { hasText: 'paused' }).waitFor();
    await send({ order: 'parked' });
    await app.settles('parked', 1);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.badge', { hasText: 'active' }).waitFor();
    await until('what was parked', () =>
      Promise.resolve(scene.receiver.received.some(({ body }) => body.includes('parked'))),
    );
    await close();
  });

  test('a subscription is paused and resumed', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/subscriptions/orders`,
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect((await app.api('GET', '/subscriptions/orders'))['paused']).toBe(true);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await app.api('GET', '/subscriptions/orders'))['paused']).toBe(false);
    await close();
  });

  test('a stream records its drops from when a person asks for it', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/streams/orders/crm`,
    });
    await page.getByRole('button', { name: 'Record each' }).click();
    await page.getByRole('button', { name: 'Only count them' }).waitFor();
    expect((await app.api('GET', '/streams/orders/crm'))['trace_drops']).toBe(true);
    await close();
  });

  test('the chart is loaded when a page needs it, and says the same as numbers', async () => {
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/flow` });
    await page.getByRole('heading', { name: 'From where to where' }).waitFor();
    const scripts = () =>
      page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => /uplot/i.test(name)).length",
      );
    expect(await scripts()).toBe(0);
    await page.evaluate(`location.hash = '#/${app.name}/publications/crm'`);
    await page.locator('.chart canvas').waitFor();
    expect(await scripts()).toBe(1);
    await page.getByText('The same as numbers').click();
    await page.getByRole('columnheader', { name: 'delivered' }).waitFor();
    await close();
  });

  test('a change that is refused is told beside its button', async () => {
    const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/publications/crm` });
    opened.api.refuse(
      'PATCH',
      /\/publications\/crm$/,
      409,
      'try-again',
      'Somebody else is changing it: try again.',
    );
    await opened.page.getByRole('button', { name: 'Pause' }).click();
    await opened.page.getByText('Somebody else is changing it: try again.').waitFor();
    await opened.close();
  });

  test('what does not exist is told in the service’s words', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/publications/none`,
    });
    await page.getByText('HTTP 404').waitFor();
    await close();
  });
});
