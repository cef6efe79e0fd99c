import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/salesforce.ts';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { Scene, type SceneApp } from './support/scene.ts';

const TRACE = /\/history\/trace$/;

inChromium('an event’s story', () => {
  let scene: Scene;
  let app: SceneApp;
  const hostile = '<script>document.title = "taken"</script>\u202eevil\u0007';
  const record = '006ab00000CdEfGAAV';
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
    const send = await app.inbound('orders', { keep_last: 20 });
    for (const name of ['crm', 'billing', 'reports']) await app.hook(name);
    await app.api('POST', '/streams', { source: 'orders', target: 'crm' });
    await app.api('POST', '/streams', {
      source: 'orders',
      target: 'billing',
      filter: 'root = if this.amount > 100 { this } else { deleted() }',
      trace_drops: true,
    });
    await app.api('POST', '/streams', {
      source: 'orders',
      target: 'reports',
      filter: '# what the report adds up\nlet net = this.amount\nroot.total = this.totals.amount.number()',
    });
    scene.receiver.answer('first-event', 503);
    await send({ id: 'first-event', amount: 1, note: hostile, filler: 'x'.repeat(900_000) });
    await app.settles('rejected', 1);
    // Small enough to be stored.
    await send({ amount: 2, opportunity: record });
    await app.settles('rejected', 2);
  });
  afterAll(() => scene.end());

  const eventIds = async () =>
    (await app.deliveries('status=rejected&order=oldest-first')).map((each) => String(each['event_id']));
  const eventId = async () => (await eventIds())[0] ?? '';

  test('is found from the list of recent events, and tells what each stream did', async () => {
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/events` });
    await page.getByRole('heading', { name: 'The last 15 minutes' }).waitFor();
    await page
      .getByRole('link', { name: await eventId() })
      .first()
      .click();
    await page.getByRole('heading', { name: 'What each stream did with it' }).waitFor();
    const story = (name: string) =>
      page.locator('section.panel', { has: page.getByRole('heading', { name }) });

    const crm = await story('orders → crm').textContent();
    expect(crm).toContain('503');
    expect(crm).toContain('What happens next');
    expect(crm).toContain('webhook-signature');
    expect(await story('orders → billing').textContent()).toContain('dropped by the filter');
    const reports = story('orders → reports');
    expect(await reports.textContent()).toContain('the filter failed');
    expect(await reports.locator('.source-failed').textContent()).toBe(
      'root.total = this.totals.amount.number() ← here',
    );
    expect(await page.locator('dl.facts').first().textContent()).toContain('orders');
    await close();
  });

  test('is looked up by the event’s id, over a span that one chooses', async () => {
    const { page, api, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/events` });
    await page.getByLabel('Id of an event, or of a Salesforce record').fill(await eventId());
    await page.getByLabel('Within').selectOption('7d');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('heading', { name: 'What each stream did with it' }).waitFor();
    const [asked] = api.asked('GET', TRACE);
    const days = (Date.now() - Date.parse(asked?.query.get('from') ?? '')) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(page.url()).toContain('span=7d');
    await close();
  });

  test('shows the payload as the text that it is, a megabyte in parts', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/events/${encodeURIComponent(await eventId())}`,
    });
    await page.getByRole('button', { name: 'Show the payload' }).click();
    const payload = page.getByRole('region', { name: 'The event with its payload' });
    await payload.waitFor();
    expect(await payload.textContent()).toContain('<script>document.title = \\"taken\\"</script>');
    expect(await payload.locator('.hidden-mark').allTextContents()).toContain('U+202E');
    expect(await page.title()).toContain('Event');
    const shown = async () => (await payload.textContent())?.length ?? 0;
    expect(await shown()).toBeLessThan(10_000);
    await page.getByRole('button', { name: 'Show more' }).click();
    await until('more of it', async () => (await shown()) > 60_000);
    await close();
  });

  test('leads from a Salesforce record to the events that name it', async () => {
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/events` });
    await page.getByLabel('Id of an event, or of a Salesforce record').fill(record);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Events of the record' }).waitFor();
    await page.getByRole('link', { name: (await eventIds())[1] ?? '' }).click();
    await page.getByRole('heading', { name: 'What each stream did with it' }).waitFor();
    await close();
  });

  test('of an event that nobody knows says why that may be, and what to do', async () => {
    const { page, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/events/no-such-event`,
    });
    await page.getByRole('heading', { name: 'Nothing is known of this event' }).waitFor();
    expect(await page.locator('pre.command').textContent()).toContain('--trace-drops');
    await close();
  });

  test('is asked for anew when the log is busy', async () => {
    const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/events` });
    opened.api.refuse(
      'GET',
      TRACE,
      503,
      'try-again',
      'The log is being searched by others: try again in 5 s.',
    );
    await opened.go(`#/${app.name}/events/${encodeURIComponent(await eventId())}`);
    await opened.page.getByText('The log is being searched by others').waitFor();
    opened.api.clear();
    await opened.page.getByRole('button', { name: 'Try again' }).click();
    await opened.page.getByRole('heading', { name: 'What each stream did with it' }).waitFor();
    await opened.close();
  });

  test('has its payload hidden where the installation hides payloads', async () => {
    const opened = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs` });
    await opened.page.context().route('**/console/session', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), payloads: false } });
    });
    await opened.page.reload();
    await opened.go(`#/${app.name}/events/${encodeURIComponent(await eventId())}`);
    await opened.page.getByText('This installation does not show payloads in the console.').waitFor();
    expect(await opened.page.getByRole('button', { name: 'Show the payload' }).count()).toBe(0);
    await opened.close();
  });

  test('offers another try, which the service then makes', async () => {
    const { page, api, close } = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/events/${encodeURIComponent(await eventId())}`,
    });
    const reports = page.locator('section.panel', {
      has: page.getByRole('heading', { name: 'orders → reports' }),
    });
    await reports.getByRole('button', { name: 'Try it again now' }).click();
    await page.getByText('Asked for').waitFor();
    expect(api.asked('POST', /\/retry$/)).toHaveLength(1);
    await close();
  });
});
