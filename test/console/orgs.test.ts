import { afterAll, beforeAll, expect, test } from 'vitest';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
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
      // The org's own page is another's.
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
      'Cursor is old',
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

function troubledStatus() {
  const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  const authorization = (alias: string, more: object) => ({
    id: alias,
    alias,
    platform: 'salesforce',
    params: { org_name: alias, alias, url: `https://${alias}.my.salesforce.com` },
    status: 'active',
    flow: 'jwt',
    login_url: 'https://login.salesforce.com',
    org_id: '00D000000000001AAA',
    created_at: at(900),
    extra: null,
    ...more,
  });
  const feed = (alias: string | undefined, topic: string, more: object) => ({
    id: topic,
    topic,
    ...(alias !== undefined && { alias }),
    subscriptions: ['orders'],
    state: 'active',
    on_invalid_cursor: 'stop',
    accepted_count: 90_000,
    accepted_last_hour: 6_000,
    accepted_last_day: 40_000,
    lag_ms: 200,
    cursor_age_ms: 900,
    gaps: [],
    created_at: at(900),
    ...more,
  });
  const allocation = (alias: string, used: number) => ({
    alias,
    read_at: at(0.1),
    limits: [
      {
        name: 'DailyDeliveredPlatformEvents',
        max: used === 0 ? 500_000 : 50_000,
        remaining: used === 0 ? 480_000 : 50_000 - used,
        used_percent: used === 0 ? 4 : (used / 50_000) * 100,
        ...(used > 0 && { runs_out_at: at(-50.5 / 60) }),
      },
      { name: 'HourlyPublishedPlatformEvents', max: 250_000, remaining: 249_990, used_percent: 0 },
    ],
    delivered_last_day: 40_000,
    published_this_hour: 10,
  });
  return {
    app: { id: 'a', name: 'shop' },
    authorizations: [
      authorization('acme', {
        status: 'dead',
        reason: {
          id: 'refresh-token-expired',
          message: 'The grant was revoked. Authorize the org again',
          at: at(1),
        },
      }),
      authorization('beta', {}),
    ],
    allocations: [allocation('acme', 45_000), allocation('beta', 0)],
    feeds: [
      feed('acme', '/event/Order_Placed__e', {
        state: 'stopped',
        reason: {
          id: 'cursor-expired',
          message: 'The cursor is older than Salesforce keeps events',
          at: at(1),
        },
        cursor_age_ms: 60 * 3_600_000,
        gaps: [{ at: at(2), cursor_at: at(5), message: 'The cursor was too old.' }],
      }),
      feed('beta', '/data/AccountChangeEvent', {}),
      feed(undefined, '/event/Lost__e', { state: 'waiting' }),
    ],
    publications: [],
    generators: [],
    deliveries: { waiting: 0, available: 0, parked: 0, rejected: 0, exhausted: 0 },
    pulled: [],
  };
}
