import { afterAll, beforeAll, expect, test } from 'vitest';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { troubledStatus } from './support/made-up-status.ts';
import { Scene } from './support/scene.ts';

const STATUS = /\/status$/;

inChromium('orgs', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(() => scene.end());

  test('a real org: its authorization works, and its feed is read', async () => {
    const { page, close } = await openConsole(scene.run, { app: 'demo', at: '#/demo/orgs' });
    const org = page.locator('section.panel', { has: page.getByRole('heading', { name: 'demo-org' }) });
    await org.getByText('It works.').waitFor();
    expect(await org.getByRole('row', { name: /OpportunityChangeEvent/ }).textContent()).toContain('active');
    await org.getByRole('link', { name: 'OpportunityChangeEvent' }).click();
    await page.getByRole('heading', { level: 1, name: 'OpportunityChangeEvent' }).waitFor();
    await close();
  });

  test('a login that is awaited is finished in the browser, and the page notices', async () => {
    const app = await scene.app();
    const [, httpUrl, grpcAddress] =
      /simulated org +(\S+) \(Pub\/Sub API at (\S+)\)/.exec(scene.run.output) ?? [];
    const info = (await (await fetch(`${httpUrl}/__simulator/info`)).json()) as {
      credentials: Record<string, string>;
    };
    await app.api('POST', '/platforms/salesforce/authorizations', {
      alias: 'acme',
      flow: 'web',
      login_url: httpUrl,
      client_id: info.credentials['clientId'],
      client_secret: info.credentials['clientSecret'],
      pubsub_endpoint: grpcAddress,
      insecure: true,
    });
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/orgs`,
      // The test goes to the org's own page, which is not ours.
      isFaulty: true,
    });
    await page.getByText('Nobody has logged in yet.').waitFor();
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Log in to Salesforce' }).click();
    const login = await opened;
    await login.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('It works.').waitFor({ timeout: 30_000 });
    await close();
  });

  test('says of each what is wrong and what to do, what is used up when, and where events may be missing', async () => {
    const app = await scene.app();
    const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/streams` });
    opened.api.answer('GET', STATUS, { body: troubledStatus() });
    await opened.go(`#/${app.name}/orgs`);
    const { page } = opened;
    const text = async (name: string) =>
      (await page
        .locator('section.panel', { has: page.getByRole('heading', { name, exact: true }) })
        .textContent()) ?? '';
    await page.getByRole('heading', { name: 'acme', exact: true }).waitFor();
    const acme = await text('acme');
    for (const words of [
      'dead',
      'authorize the org again under the same alias',
      'The grant was revoked',
      '--key-file FILE',
      '45,000 of 50,000 (90 %)',
      'At the pace of the last hour it is used up',
      '(in 50 min)',
      'Cursor age',
      '2 d 12 h',
      'Possible gap between',
      'When that is mended, resume orders',
    ]) {
      expect(acme).toContain(words);
    }
    expect(await text('beta')).toContain('it lasts for the day ahead');
    expect(await text('Feeds without an authorization')).toContain('/event/Lost__e');
    await opened.close();
  });

  test('an app without an org is told how to authorize one', async () => {
    const app = await scene.app();
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs` });
    await page.getByRole('heading', { name: 'No org is authorized' }).waitFor();
    await close();
  });
});
