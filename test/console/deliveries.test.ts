import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATE, STATUSES, STATUSES_OF } from '../../console/views/deliveries/filter.ts';
import { DELIVERY_STATUSES } from '../../src/domain/deliveries/delivery.ts';
import { REDRIVE_RATE, REDRIVEN_STATUSES } from '../../src/domain/deliveries/redrive.ts';
import { until } from '../support/salesforce.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { inChromium } from './support/chromium.ts';
import { type ConsolePage, openConsole } from './support/console-page.ts';
import { focused, reach } from './support/keyboard.ts';
import { Scene, type SceneApp } from './support/scene.ts';
import { screenshot } from './support/screenshot.ts';

// What a person does about undelivered events, in a real browser with a real local run.

const FAILS = 'root = throw("no such customer: " + this.n.string())';

it('names the statuses and the rates that the service has', () => {
  expect(STATUSES).toEqual(DELIVERY_STATUSES);
  expect(STATUSES_OF).toEqual(REDRIVEN_STATUSES);
  expect(RATE).toEqual(REDRIVE_RATE);
});

inChromium('deliveries in the console', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
  });
  afterAll(() => scene.end());

  /** Rejected at once, because the filter fails on each. */
  async function withRejected(count: number): Promise<SceneApp> {
    const app = await scene.app();
    await app.hook('crm');
    const send = await app.inbound('orders', { target: 'crm', filter: FAILS });
    for (let n = 0; n < count; n += 1) await send({ n });
    await app.settles('rejected', Math.min(count, 100));
    return app;
  }

  async function open(
    app: SceneApp,
    at = '',
    options: Parameters<typeof openConsole>[1] = {},
  ): Promise<ConsolePage> {
    return openConsole(scene.run, { app: app.name, at: `#/${app.name}/deliveries${at}`, ...options });
  }

  const rows = (page: Page) => page.locator('table tbody tr');

  describe('the list', () => {
    it('asks for what the form says, by the fields of the command line', async () => {
      const app = await withRejected(3);
      const { page, api, close } = await open(app);
      await rows(page).nth(2).waitFor();
      expect(await rows(page).first().textContent()).toMatch(/rejected.*orders → crm.*no such customer/);
      await page.getByLabel('rejected').check();
      await page.getByLabel('exhausted').check();
      await page.getByLabel('Publication').fill('crm');
      await page.getByLabel('Subscription').fill('orders');
      await page.getByLabel('Error holds').fill('CUSTOMER: 1');
      await page.getByText('By event or time').click();
      await page.getByLabel('Since').fill('2h');
      await page.getByLabel('Until').fill('2999-01-01T00:00:00Z');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('1 delivery matches.').waitFor();
      const query = api.asked('GET', /\/deliveries$/).at(-1)?.query;
      expect(Object.fromEntries(query ?? [])).toMatchObject({
        status: 'rejected,exhausted',
        publication: 'crm',
        subscription: 'orders',
        error: 'CUSTOMER: 1',
        until: '2999-01-01T00:00:00Z',
        limit: '100',
      });
      const since = Date.now() - Date.parse(query?.get('from') ?? '');
      expect(since).toBeGreaterThan(7_200_000);
      expect(since).toBeLessThan(7_260_000);
      await screenshot(page, 'deliveries');

      // The address contains the filter: a colleague sees the same, and Back returns to the previous one.
      await page.reload();
      await page.getByText('1 delivery matches.').waitFor();
      expect(await page.getByLabel('Error holds').inputValue()).toBe('CUSTOMER: 1');
      await page.goBack();
      await page.getByText('3 deliveries match.').waitFor();
      expect(await page.getByLabel('Error holds').inputValue()).toBe('');

      const [first] = await app.deliveries();
      await page.getByText('By event or time').click();
      await page.getByLabel('Event id').fill(String(first?.['event_id']));
      await page.getByLabel('Event type').fill(String(first?.['event_type']));
      await page.getByLabel('HTTP status').fill('503');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
      await page.getByLabel('HTTP status').fill('');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('1 delivery matches.').waitFor();
      await close();
    });

    it('says what is wrong with a field before it asks', async () => {
      const app = await scene.app();
      const { page, api, close } = await open(app);
      await page.getByRole('heading', { name: 'Nothing is waiting, and nothing failed' }).waitFor();
      const asked = api.asked('GET', /\/deliveries$/).length;
      await page.getByLabel('HTTP status').fill('99');
      await page.getByText('By event or time').click();
      await page.getByLabel('Since').fill('yesterday');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('HTTP status: expected a status such as 503').waitFor();
      await page.getByText('Since: expected how long ago, such as 2h').waitFor();
      expect(await page.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
      expect(api.asked('GET', /\/deliveries$/).length).toBe(asked);
      expect(await accessibilityFaults(page)).toEqual([]);
      await close();
    });

    it('turns its pages by the cursor, and back', async () => {
      const app = await withRejected(230);
      const { page, close } = await open(app);
      await page.getByText('Page 1: 100 from number 1.').waitFor();
      const newest = () => rows(page).first().getByRole('link').getAttribute('href');
      const first = await newest();
      await page.getByRole('link', { name: 'Next page' }).click();
      await page.getByText('Page 2: 100 from number 101.').waitFor();
      await page.getByRole('link', { name: 'Next page' }).click();
      await page.getByText('Page 3: 30 from number 201, the last ones.').waitFor();
      expect(await rows(page).count()).toBe(30);
      expect(await page.getByRole('link', { name: 'Next page' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Back' }).click();
      await page.getByText('Page 2: 100').waitFor();
      await page.getByRole('link', { name: 'First page' }).click();
      await page.getByText('Page 1: 100').waitFor();
      expect(await newest()).toBe(first);
      await page.getByLabel('Order').selectOption('oldest-first');
      await until('the others first', async () => (await newest()) !== first);
      await close();
    });

    it('goes through 10,000 and never holds more than a page', async () => {
      const app = await scene.app();
      const { page, api, go, close } = await open(app);
      const count = 10_000;
      api.answer('GET', /\/deliveries$/, ({ query }) => {
        const from = Number(query.get('after') ?? '0');
        return {
          body: {
            deliveries: Array.from({ length: Number(query.get('limit')) }, (_, at) =>
              fakeDelivery(from + at),
            ),
            scanned: 100,
            ...(from + 100 < count && { next: String(from + 100) }),
          },
        };
      });
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByText('Page 1: 100').waitFor();
      for (let pageNumber = 2; pageNumber <= 12; pageNumber += 1) {
        await page.getByRole('link', { name: 'Next page' }).click();
        await page.getByText(`Page ${pageNumber}: 100 from number`).waitFor();
      }
      await go(`#/${app.name}/deliveries?after=9900&page=100`);
      await page.getByText('Page 100: 100 from number 9,901, the last ones.').waitFor();
      expect(await rows(page).last().textContent()).toContain('event-9999');
      // The rows of earlier pages are gone: the page does not grow.
      expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(2_500);
      await close();
    });
  });

  describe('a delivery', () => {
    it('is told with its attempts and its event, and tried again', async () => {
      const app = await scene.app();
      await app.hook('flaky', { retry: ['1s'] });
      const send = await app.inbound('in', { target: 'flaky' });
      scene.receiver.answer('one-of-a-kind', 503, 503);
      await send({ text: 'one-of-a-kind' });
      await app.settles('exhausted', 1);
      const { page, close } = await open(app);
      await rows(page).getByRole('link').click();
      await page.getByRole('heading', { name: 'Delivery to flaky exhausted' }).waitFor();
      await page.getByText('every retry was used').waitFor();
      expect(await page.locator('.attempts > li').count()).toBe(2);
      expect(await page.locator('.attempts').textContent()).toMatch(/HTTP 503/);
      expect(await page.getByLabel('The event as JSON').textContent()).toContain('"one-of-a-kind"');
      await screenshot(page, 'delivery');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Retry now' }).click();
      await page.getByText('It is tried again now.').waitFor();
      await page.getByRole('heading', { name: 'Delivery to flaky delivered' }).waitFor();
      await page.getByText('Nothing: it has arrived.').waitFor();
      expect(await page.getByRole('button', { name: 'Discard' }).count()).toBe(0);
      expect(scene.receiver.received.filter(({ body }) => body.includes('one-of-a-kind'))).toHaveLength(3);
      await close();
    });

    it('is discarded after a question, by keyboard as well', async () => {
      const app = await withRejected(1);
      const { page, api, close } = await open(app);
      // From the top of the page, with only Tab and Enter.
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
      await rows(page).first().waitFor();
      await reach(page, (text) => text.startsWith('A ') && text.includes(':'));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Delivery to crm rejected' }).waitFor();
      await reach(page, (text) => text === 'BUTTON Discard …');
      await page.keyboard.press('Enter');
      await page.getByText('It is not tried again.').waitFor();
      await until('the focus to follow', async () => (await focused(page)) === 'BUTTON Discard it');
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe('BUTTON Keep it');
      await page.keyboard.press('Enter');
      await until('the focus to be back', async () => (await focused(page)) === 'BUTTON Discard …');
      expect(api.asked('DELETE', /./)).toEqual([]);
      await page.keyboard.press('Enter');
      await until('the focus to follow', async () => (await focused(page)) === 'BUTTON Discard it');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Delivery to crm discarded' }).waitFor();
      expect(await app.deliveries('status=discarded')).toHaveLength(1);
      await close();
    });

    it('that is not there is said to be gone', async () => {
      const app = await scene.app();
      const { page, close } = await open(app, '/dlv_gone');
      await page.getByRole('alert').getByText('dlv_gone').waitFor();
      await close();
    });
  });

  describe('many deliveries', () => {
    it('are counted first, and retried at a rate, with progress', async () => {
      const app = await withRejected(12);
      await app.api('PATCH', '/streams/orders/crm', { filter: null });
      const { page, api, close } = await open(app, '?status=rejected&error=customer');
      await rows(page).first().waitFor();
      await page.getByRole('button', { name: 'Retry all that match …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Retry all that match' });
      await dialog.getByText('12 deliveries match.').waitFor();
      await dialog.getByText('Nothing was changed yet.').waitFor();
      await screenshot(page, 'bulk');
      expect(await accessibilityFaults(page)).toEqual([]);

      // Leaving the dialog here must change nothing.
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(api.asked('POST', /redrives/)).toEqual([]);
      expect(await app.deliveries('status=rejected')).toHaveLength(12);

      await page.getByRole('button', { name: 'Retry all that match …' }).click();
      await dialog.getByText('12 deliveries match.').waitFor();
      await dialog.getByLabel('Deliveries a second').fill('2000');
      await dialog.getByText('Expected a whole number from 1 to 1000.').waitFor();
      expect(await dialog.getByRole('button', { name: 'Retry them' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Deliveries a second').fill('6');
      await dialog.getByText('within about 2 seconds').waitFor();
      await dialog.getByRole('button', { name: 'Retry them' }).click();
      await page.getByText('12 of 12 done').waitFor();
      await page.getByRole('heading', { name: 'Retry of many deliveries done' }).waitFor({ timeout: 20_000 });
      await screenshot(page, 'redrive');
      expect(api.asked('POST', /redrives/).map(({ body }) => body)).toEqual([
        {
          action: 'retry',
          rate: 6,
          filter: { status: ['rejected'], error: 'customer', until: expect.stringMatching(/Z$/) },
        },
      ]);
      await app.settles('delivered', 12);
      await page.getByRole('link', { name: 'Retries and discards' }).click();
      await rows(page).first().waitFor();
      expect(await rows(page).first().textContent()).toMatch(/retry.*done.*12/);
      expect(await accessibilityFaults(page)).toEqual([]);
      await close();
    });

    it('are paused, go on, and are stopped for good', async () => {
      const app = await withRejected(130);
      const { page, close } = await open(app);
      await page.getByRole('button', { name: 'Retry all that match …' }).click();
      // The service plans a minute and a half ahead, so at one a second it cannot take all of them at once.
      await page.getByLabel('Deliveries a second').fill('1');
      await page.getByRole('button', { name: 'Retry them' }).click();
      await page.getByRole('heading', { name: 'Retry of many deliveries running' }).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('heading', { name: 'Retry of many deliveries paused' }).waitFor();
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('heading', { name: 'Retry of many deliveries running' }).waitFor();
      await page.getByRole('button', { name: 'Stop …' }).click();
      await page.getByRole('button', { name: 'Stop it for good' }).click();
      await page.getByRole('heading', { name: 'Retry of many deliveries stopped' }).waitFor();
      expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
      const { redrives } = (await app.api('GET', '/redrives')) as { redrives: { state: string }[] };
      expect(redrives.map(({ state }) => state)).toEqual(['stopped']);
      await close();
    });

    it('are discarded only after the app’s name was typed', async () => {
      const app = await withRejected(4);
      const { page, close } = await open(app);
      await page.getByRole('button', { name: 'Discard all that match …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Discard all that match' });
      await dialog.getByText('4 deliveries match.').waitFor();
      await dialog.getByText('Status: waiting, available, parked, rejected, exhausted').waitFor();
      const confirm = dialog.getByRole('button', { name: 'Discard them' });
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByLabel('to confirm').fill('another-app');
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByLabel('to confirm').fill(app.name);
      await confirm.click();
      await page
        .getByRole('heading', { name: 'Discard of many deliveries done' })
        .waitFor({ timeout: 20_000 });
      expect(await app.deliveries('status=discarded')).toHaveLength(4);
      await close();
    });

    it('say why they were refused', async () => {
      const app = await withRejected(1);
      const { page, api, close } = await open(app);
      api.refuse('POST', /\/redrives$/, 409, 'limit-reached', 'expected at most 5 at once, found 5');
      await page.getByRole('button', { name: 'Retry all that match …' }).click();
      await page.getByRole('button', { name: 'Retry them' }).click();
      await page.getByRole('dialog').getByRole('alert').getByText('expected at most 5 at once').waitFor();
      expect(await page.getByRole('button', { name: 'Retry them' }).isEnabled()).toBe(true);
      api.answer('GET', /\/deliveries\/count$/, {
        body: { count: 10_000, scanned: 10_000, complete: false },
      });
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Retry all that match …' }).click();
      await page.getByText('At least 10,000 deliveries match.').waitFor();
      await close();
    });
  });

  describe('quarantine and dead letters', () => {
    it('shows an event that could not be decoded, says why it still cannot be, and gives it up', async () => {
      const app = await scene.app();
      const feedId = await scene.quarantined(app, 'expected the schema of the event, found none');
      const { page, api, close } = await open(app, '/quarantine');
      await rows(page).first().waitFor();
      await rows(page).getByRole('link').click();
      await page.getByText('expected the schema of the event').waitFor();
      await screenshot(page, 'quarantine');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Decode it again' }).click();
      await page.getByRole('alert').waitFor();
      expect(api.asked('POST', /\/quarantine\/[^/]+\/replay$/)).toHaveLength(1);
      await page.getByRole('button', { name: 'Discard …' }).click();
      await page.getByRole('button', { name: 'Discard it' }).click();
      await page.getByText('It was discarded.').waitFor();
      expect(await scene.file.stores.quarantine.list(feedId, 10)).toEqual([]);
      await page.getByRole('button', { name: 'To the others' }).click();
      await page.getByRole('heading', { name: 'Nothing is in quarantine' }).waitFor();
      await close();
    });

    it('shows dead letters to administration only: counted, redriven, discarded', async () => {
      const app = await scene.app();
      const bound = await open(app, '/dead-letters', { token: app.token });
      await bound.page.getByText('They belong to the whole installation.').waitFor();
      expect(await bound.page.getByRole('link', { name: 'Dead letters' }).count()).toBe(0);
      expect(bound.api.asked('GET', /dead-letters/)).toEqual([]);
      await bound.close();

      await scene.file.deliveryQueue.send([
        { body: 'no header', groupId: 'g' },
        { body: '{"v":2}', groupId: 'g' },
      ]);
      const { page, close } = await openConsole(scene.run, { at: `#/${app.name}/deliveries/dead-letters` });
      await until('both', async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return (await rows(page).count()) === 2;
      });
      await screenshot(page, 'dead-letters');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByLabel('Reason holds').fill('version');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByText('1 matches.').waitFor();
      await rows(page).getByRole('link').click();
      await page.getByRole('heading', { name: 'Why' }).waitFor();
      await page.getByRole('button', { name: 'Redrive', exact: true }).click();
      await page.getByText('It is back on the queue').waitFor();
      await page.getByRole('button', { name: 'To the others' }).click();

      // Still nobody can read it: it comes back.
      await until('both again', async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return (await rows(page).count()) === 2;
      });
      await page.getByRole('button', { name: 'Redrive all that match …' }).click();
      await page.getByRole('dialog').getByText('2 match. Nothing was changed yet.').waitFor();
      await page.getByRole('button', { name: 'Redrive them' }).click();
      await page.getByRole('dialog').getByText('2 of 2 were put back.').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await until('both again', async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return (await rows(page).count()) === 2;
      });
      await page.getByRole('button', { name: 'Discard all that match …' }).click();
      await page.getByRole('dialog').getByLabel('to confirm').fill('discard');
      await page.getByRole('button', { name: 'Discard them' }).click();
      await page.getByRole('dialog').getByText('2 of 2 were discarded.').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('heading', { name: 'There are no dead letters' }).waitFor();
      await close();
    });
  });
});

function fakeDelivery(n: number): object {
  return {
    id: `dlv_${n}`,
    status: n % 3 === 0 ? 'exhausted' : 'rejected',
    stage: 'send',
    publication: { id: 'p', name: 'crm' },
    subscription: { id: 's', name: 'orders' },
    event_id: `event-${n}`,
    event_type: 'com.example.order.changed',
    attempt_count: 11,
    last_error: { id: 'http-503', message: 'the receiver answered 503 Service Unavailable' },
    created_at: new Date(Date.now() - n * 1_000).toISOString(),
    updated_at: new Date().toISOString(),
  };
}
