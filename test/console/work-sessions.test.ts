import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './support/accessibility.ts';
import { inChromium } from './support/chromium.ts';
import { oneTimeLink, openConsole } from './support/console-page.ts';
import { Scene, type SceneApp } from './support/scene.ts';

// Who may look, what the page says to others, and what it does when the service is slow, fails or is gone.

inChromium('sessions and failures in the console', () => {
  let scene: Scene;
  let app: SceneApp;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
  });
  afterAll(() => scene.end());

  const VIEWS = ['deliveries', 'deliveries/redrives', 'deliveries/quarantine', 'workbench'];

  it('a link is good once, and its code does not stay in the address', async () => {
    const link = await oneTimeLink(scene.run, { app: app.name });
    const { page, close } = await openConsole(scene.run, { app: app.name });
    expect(page.url()).not.toContain('code=');
    // Another browser, with a link that was used.
    const other = await openConsole(scene.run, { app: app.name });
    await other.page.context().clearCookies();
    await other.page.goto('about:blank');
    await other.page.goto(link);
    await other.page.waitForFunction(`!location.hash.includes('code=')`);
    await other.page.context().clearCookies();
    await other.page.goto('about:blank');
    await other.page.goto(link);
    await other.page.getByRole('heading', { name: 'This link does not open the console' }).waitFor();
    await other.page.getByText('sluice console', { exact: true }).waitFor();
    expect(await accessibilityFaults(other.page)).toEqual([]);
    await other.close();
    await close();
  });

  it('a session of one app sees no other', async () => {
    const other = await scene.app();
    await other.hook('secret-hook');
    const { page, api, go, close } = await openConsole(scene.run, { token: app.token });
    await go(`#/${other.name}/deliveries`);
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    expect(await page.locator('body').textContent()).not.toContain('secret-hook');
    const asked = await page.evaluate(
      `fetch('/v1/tenants/${other.id}/deliveries', { headers: { 'x-sluice-console': '1' } }).then(({ status }) => status)`,
    );
    expect([403, 404]).toContain(asked);
    expect(api.asked('GET', new RegExp(`/tenants/${other.name}/`))).toEqual([]);
    await close();
  });

  it('another page cannot use the session: without the header of the console it counts for nothing', async () => {
    const { page, close } = await openConsole(scene.run, { app: app.name });
    const status = await page.evaluate(
      `fetch('/v1/tenants/${app.id}/deliveries').then(({ status }) => status)`,
    );
    expect(status).toBe(403);
    await close();
  });

  it.each(VIEWS)('in %s, a session that ended says how to open it again', async (view) => {
    const { page, go, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/${view}` });
    await page.locator('main h1').first().waitFor();
    await page.context().clearCookies();
    await go(`#/${app.name}/flow`);
    await go(`#/${app.name}/${view}`);
    await page.getByText('A session of the console lasts an hour').waitFor();
    await page.getByText('sluice console', { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await close();
  });

  it('a session whose token was revoked ends with the next action', async () => {
    const made = await scene.run.api('POST', `${app.path}/tokens`, { label: 'to be revoked' });
    const { page, close } = await openConsole(scene.run, {
      token: String(made.json['token']),
      at: `#/${app.name}/deliveries`,
    });
    await page.getByRole('heading', { name: 'Nothing is waiting, and nothing failed' }).waitFor();
    await scene.run.api('DELETE', `${app.path}/tokens/${String(made.json['id'])}`);
    await expect
      .poll(
        async () => {
          // Within the seconds for which a token is cached.
          const button = page.getByRole('button', { name: 'Refresh' });
          if ((await button.count()) > 0) await button.click();
          return page.getByText('sluice console', { exact: true }).count();
        },
        { timeout: 40_000, interval: 500 },
      )
      .toBe(1);
    await close();
  });

  it('a session that is ended by its person is over', async () => {
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/deliveries` });
    await page.getByRole('button', { name: 'End session' }).click();
    await page.getByRole('heading', { name: 'No session' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'No session' }).waitFor();
    await close();
  });

  describe('a service that is not well', () => {
    it.each(VIEWS)(
      'in %s, is told while it is slow, when it fails and when it cannot be reached',
      async (view) => {
        const { page, api, go, close } = await openConsole(scene.run, {
          app: app.name,
          at: `#/${app.name}/orgs`,
          isFaulty: true,
        });
        api.answer('GET', /\/v1\/tenants\//, {
          afterMs: 1_500,
          status: 503,
          headers: { 'retry-after': '7' },
          body: { id: 'try-again', message: 'the store is busy, try again' },
        });
        await go(`#/${app.name}/${view}`);
        await page
          .getByText(/^Loading .* …$/)
          .first()
          .waitFor();
        await page.getByText('the store is busy, try again').first().waitFor();
        expect(await accessibilityFaults(page)).toEqual([]);
        api.answer('GET', /\/v1\/tenants\//, { isBroken: true });
        await page.getByRole('button', { name: 'Try again' }).first().click();
        await page.getByText('Sluice cannot be reached from this browser.').first().waitFor();
        api.answer('GET', /\/v1\/tenants\//, {
          text: '<html>a proxy</html>',
          headers: { 'content-type': 'text/html' },
        });
        await page.getByRole('button', { name: 'Try again' }).first().click();
        await page.getByText('Is there a proxy in between?').first().waitFor();
        await close();
      },
    );
  });

  it('an installation may keep payloads from the console: all else is there, and can be acted on', async () => {
    const closed = await Scene.startHere({ consoleHidesPayloads: true });
    try {
      const shop = await closed.app();
      await shop.hook('crm');
      const send = await shop.inbound('in', { target: 'crm', filter: 'root = throw("no")', keep_last: 5 });
      await send({ text: 'a secret' });
      await shop.settles('rejected', 1);
      await closed.quarantined(shop, 'expected the schema of the event, found none');
      await closed.file.deliveryQueue.send([{ body: 'a secret in a dead letter', groupId: 'g' }]);
      const { page, go, close } = await openConsole(closed.run, { at: `#/${shop.name}/deliveries` });
      await page.locator('tbody a').first().click();
      await page.getByText('This installation does not let the console show what events carry.').waitFor();
      await page.getByRole('region', { name: 'The event as JSON' }).getByText('app.received.in').waitFor();
      expect(await page.locator('body').textContent()).not.toContain('a secret');
      for (const [part, sign] of [
        ['quarantine', 'found none'],
        ['dead-letters', 'header on the first line'],
      ] as const) {
        await go(`#/${shop.name}/deliveries/${part}`);
        await expect
          .poll(
            async () => {
              const refresh = page.getByRole('button', { name: 'Refresh' });
              if ((await refresh.count()) > 0) await refresh.click();
              return page.locator('tbody a').count();
            },
            { timeout: 20_000, interval: 300 },
          )
          .toBe(1);
        await page.locator('tbody a').click();
        await page.getByRole('heading', { name: 'Why' }).waitFor();
        await page.getByText(sign).waitFor();
        expect(await page.locator('body').textContent()).not.toContain('a secret');
        await page.getByRole('button', { name: 'Discard …' }).click();
        await page.getByRole('button', { name: 'Discard it' }).click();
        await page.getByText('It was discarded.').waitFor();
      }
      await go(`#/${shop.name}/workbench?source=in&target=crm`);
      await page.getByText('this installation keeps payloads of events from it').waitFor();
      await close();
    } finally {
      await closed.end();
    }
  });
});
