import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/salesforce.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { inChromium } from './support/chromium.ts';
import { type ConsolePage, openConsole } from './support/console-page.ts';
import { focused, reach } from './support/keyboard.ts';
import { Scene, type SceneApp } from './support/scene.ts';
import { screenshot } from './support/screenshot.ts';

// A filter is written, tried on received events, compared with the stream's own and saved, in a real browser with a real local run.

const KEEPS_LARGE = 'root = if this.amount > 5 { this } else { deleted() }';
/** Each event takes about a tenth of a second, and there are many: as much as the engine's limits let a filter take. */
const SLOW = 'root = range(0, 140000).map_each(n -> n % 7).sum()';

inChromium('the filter workbench in the console', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
  });
  afterAll(() => scene.end());

  /** A stream with a filter, whose subscription retains its events: amounts from 0 to 9. */
  async function withEvents(
    more: { readonly keep?: number; readonly count?: number } = {},
  ): Promise<SceneApp> {
    const { keep = 50, count = 10 } = more;
    const app = await scene.app();
    await app.hook('crm');
    const send = await app.inbound('orders', { target: 'crm', filter: KEEPS_LARGE, keep_last: keep });
    for (let n = 0; n < count; n += 1) await send({ amount: n % 10, name: `order ${n}` });
    return app;
  }

  async function open(
    app: SceneApp,
    at = '',
    options: Parameters<typeof openConsole>[1] = {},
  ): Promise<ConsolePage> {
    const opened = await openConsole(scene.run, {
      app: app.name,
      at: `#/${app.name}/workbench${at}`,
      ...options,
    });
    await editor(opened.page).waitFor();
    return opened;
  }

  const editor = (page: Page) => page.getByRole('textbox', { name: 'The filter, in Bloblang' });
  const result = (page: Page) =>
    page.locator('section', { has: page.getByRole('heading', { name: 'Result' }) }).last();

  describe('the editor', () => {
    it('runs the filter on the event as one types, and shows each error at its place', async () => {
      const app = await scene.app();
      const { page, close } = await open(app);
      await result(page).getByText('Passes').waitFor();
      await editor(page).fill('root = this.Amount * 2');
      await result(page).getByText('250000').waitFor();
      await editor(page).fill('root = deleted()');
      await result(page).getByText('This event is not delivered.').waitFor();
      await editor(page).fill('root.a = this.Amount\nroot.b = this.StageName.shout()');
      const wrong = page.getByRole('status', { name: 'What is wrong with the filter' });
      await wrong.getByText("unrecognised method 'shout'").waitFor();
      await result(page).getByText('The filter does not compile yet.').waitFor();
      expect(await page.locator('.cm-lintRange-error').textContent()).toBe('shout');
      await screenshot(page, 'workbench-error');
      expect(await accessibilityFaults(page)).toEqual([]);
      await wrong.getByRole('button', { name: 'Line 2, column 25' }).click();
      await page.keyboard.type('uppercase');
      await result(page).getByText('CLOSED WON').waitFor();
      expect(await page.locator('.cm-lintRange-error').count()).toBe(0);

      // A failure on an event has its line too, although the text itself is fine.
      await editor(page).fill('# a comment\nroot = this.StageName.number()');
      await result(page).getByText('The stream would keep a rejected delivery').waitFor();
      expect(await page.locator('.cm-lintRange-warning').textContent()).toBe(
        'root = this.StageName.number()',
      );
      await editor(page).fill('');
      await result(page).getByText('Passes').waitFor();
      await page.getByText('Without a filter every event passes.').waitFor();
      await close();
    });

    it('says of a built-in that needs more than the language that it is not available', async () => {
      const app = await scene.app();
      const { page, close } = await open(app);
      await editor(page).fill('root = this.StageName.compress("gzip")');
      await page.getByText('compress is not available here, nor in the filters of streams').first().waitFor();
      expect(await page.locator('.cm-lintRange-error').textContent()).toBe('compress');
      await close();
    });

    it('has all that a filter may do, with whole numbers beyond 2^53, and the regular expressions of the service', async () => {
      const app = await scene.app();
      const { page, close } = await open(app);
      await editor(page).fill('root = this.ChangeEventHeader.commitNumber');
      await result(page).getByText('1736877279422521345').waitFor();
      await editor(page).fill(
        'root = this.StageName.re_replace_all("o+", "0") + @type.hash("sha256").encode("hex").slice(0, 4)',
      );
      await result(page)
        .getByText(/"Cl0sed W0n[0-9a-f]{4}"/)
        .waitFor();
      await close();
    });

    it('is left with Tab', async () => {
      const app = await scene.app();
      const { page, close } = await open(app);
      await editor(page).focus();
      await page.keyboard.press('Tab');
      await until('the focus to leave', async () => (await focused(page)).startsWith('SELECT'));
      await close();
    });

    it('ends a filter that takes too long, and stays alive', async () => {
      const app = await scene.app();
      const { page, close } = await open(app);
      await result(page).getByText('Passes').waitFor();
      // The engine's limits end this one by themselves …
      await editor(page).fill('root = range(0, 1000000).map_each(n -> range(0, 1000000).sum())');
      await result(page).getByText('the mapping built more data than allowed for one run').waitFor();
      // … and the page ends whatever they let pass: here, a worker that no longer answers.
      await page.evaluate(`Worker.prototype.postMessage = () => {}`);
      await editor(page).fill('root = this');
      await result(page).getByText('The filter took longer than 2 seconds here, and was stopped.').waitFor();
      expect(await page.evaluate('1 + 1')).toBe(2);
      await close();
    });
  });

  describe('the event', () => {
    it('is one that came, when the subscription keeps them', async () => {
      const app = await withEvents();
      const { page, close } = await open(app, '?source=orders&target=crm');
      await until('the newest', async () =>
        (await page.getByLabel('The event as JSON').inputValue()).includes('order 9'),
      );
      await result(page).getByText('With its data as it is.').waitFor();
      const options = page.getByLabel('Try it on').locator('optgroup option');
      expect(await options.count()).toBe(10);
      await page.getByLabel('Try it on').selectOption({ index: 9 });
      await until('the oldest', async () =>
        (await page.getByLabel('The event as JSON').inputValue()).includes('order 0'),
      );
      await result(page).getByText('This event is not delivered.').waitFor();
      await page.getByLabel('The event as JSON').fill('{"amount": 1234567890123456789}');
      await result(page).getByText('1234567890123456789').waitFor();
      expect(await page.getByLabel('Try it on').inputValue()).toBe('own');
      await page.getByLabel('The event as JSON').fill('{"amount": ');
      await page.getByText('Expected a CloudEvent in JSON, or its data alone').waitFor();
      await result(page).getByText('There is no event to try it on.').waitFor();
      await close();
    });

    it('is a sample by the topic’s schema, or by the generator’s own mapping', async () => {
      const app = await scene.app();
      await scene.org(app);
      await app.hook('crm');
      await app.api('POST', '/platforms/salesforce/subscriptions', {
        name: 'changes',
        topic: '/data/OpportunityChangeEvent',
        alias: 'org',
        target: 'crm',
      });
      await app.api('POST', '/platforms/generate/subscriptions', {
        name: 'ticks',
        interval: '1h',
        mapping: 'root.tick = 7 * 6',
        target: 'crm',
      });
      const { page, go, close } = await open(app, '?source=changes&target=crm');
      await page.getByLabel('Try it on').selectOption('sample');
      await until('the schema', async () =>
        (await page.getByLabel('The event as JSON').inputValue()).includes('"ChangeEventHeader"'),
      );
      const sample = JSON.parse(await page.getByLabel('The event as JSON').inputValue());
      expect(sample).toMatchObject({
        specversion: '1.0',
        subject: '/data/OpportunityChangeEvent',
        data: { ChangeEventHeader: { changeType: 'UPDATE' }, StageName: expect.any(String) },
      });
      await go(`#/${app.name}/workbench?source=ticks&target=crm`);
      await page.getByLabel('Try it on').selectOption('sample');
      await until('the mapping', async () =>
        (await page.getByLabel('The event as JSON').inputValue()).includes('"tick": 42'),
      );
      await close();
    });
  });

  describe('the backtest', () => {
    it('says how many pass, with examples of each kind, and what would be different', async () => {
      const app = await withEvents();
      const { page, close } = await open(app, '?source=orders&target=crm');
      await editor(page).fill(
        'root = if this.amount == 9 { throw("no nine") } else if this.amount > 3 { this } else { deleted() }',
      );
      await result(page).getByText('Fails').waitFor();
      await page.getByRole('button', { name: 'Try on the last events' }).click();
      const found = page
        .locator('section', { has: page.getByRole('heading', { name: 'On the last events' }) })
        .last();
      await found.getByText('5 pass').waitFor();
      await found.getByText('4 are dropped').waitFor();
      await found.getByText('1 fail').waitFor();
      await found.getByText('is dropped now, would pass').waitFor();
      await found.getByText('passes now, would fail').waitFor();
      const text = (await found.textContent()) ?? '';
      expect(text).toContain('7 events: the same');
      await found.locator('details').first().locator('summary').click();
      await found.getByText('"order 8"').waitFor();
      await screenshot(page, 'workbench');
      expect(await accessibilityFaults(page)).toEqual([]);
      await editor(page).fill('root = this');
      await found.getByText('this is what the one before did').waitFor();
      await page.getByLabel('How many').fill('3');
      await page.getByRole('button', { name: 'Try on the last events' }).click();
      await found.getByText('3 pass').waitFor();
      await close();
    });

    it('is ended by a person, and shows how far it got', async () => {
      const app = await withEvents({ keep: 500, count: 150 });
      const { page, close } = await open(app, '?source=orders&target=crm');
      await editor(page).fill(SLOW);
      await result(page)
        .getByText(/Passes|Fails/)
        .waitFor();
      await page.getByLabel('How many').fill('150');
      await page.getByRole('button', { name: 'Try on the last events' }).click();
      await page.getByText(/tried \(150\)/).waitFor();
      // Meanwhile the page is responsive: what is typed runs at once.
      await page.getByLabel('The event as JSON').fill('{"alive": true}');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByText('Stopped. It got through').waitFor();
      await close();
    });

    it('is ended while the events are still read, too', async () => {
      const app = await withEvents();
      const { page, api, close } = await open(app, '?source=orders&target=crm');
      await result(page).getByText('Passes').waitFor();
      api.answer('GET', /\/kept-events$/, { afterMs: 2_000, body: { events: [] } });
      await page.getByRole('button', { name: 'Try on the last events' }).click();
      await page.getByText('Reading the events …').waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByText('Stopped.', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Try on the last events' }).isEnabled()).toBe(true);
      // Later results are no longer shown.
      await new Promise((settle) => setTimeout(settle, 2_500));
      expect(await page.getByText('has kept no events yet').count()).toBe(0);
      await close();
    });

    it('says what to do where no events are kept', async () => {
      const app = await scene.app();
      await app.hook('crm');
      await app.inbound('orders', { target: 'crm', filter: 'root = this' });
      const { page, close } = await open(app, '?source=orders&target=crm');
      await page.getByText('sluice events:subscriptions:update orders --keep-last 100').waitFor();
      await close();
    });
  });

  describe('saving', () => {
    it('shows what it would change, and changes it', async () => {
      const app = await withEvents();
      const { page, api, close } = await open(app, '?source=orders&target=crm');
      await page.getByText('The stream has this filter.').waitFor();
      expect(await page.getByRole('button', { name: 'See the change, then save …' }).isDisabled()).toBe(true);
      await editor(page).fill('# larger ones\nroot = if this.amount > 7 { this } else { deleted() }');
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      const dialog = page.getByRole('dialog', { name: 'What it would change' });
      await dialog.getByText('amount > 5').waitFor();
      expect(await dialog.locator('.diff-removed').allTextContents()).toEqual([`− Removed: ${KEEPS_LARGE}`]);
      expect(await dialog.locator('.diff-added').count()).toBe(2);
      await screenshot(page, 'workbench-save');
      expect(await accessibilityFaults(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(api.asked('PATCH', /./)).toEqual([]);
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await dialog.getByRole('button', { name: 'Save the filter' }).click();
      await page.getByText('Saved. Events that come from now on').waitFor();
      expect(api.asked('PATCH', /./).map(({ headers }) => headers['if-match'])).toEqual([
        expect.stringMatching(/^"/),
      ]);
      expect(await app.api('GET', '/streams/orders/crm')).toMatchObject({
        filter: '# larger ones\nroot = if this.amount > 7 { this } else { deleted() }',
      });

      // A second save without a reload: the tag is that of the saved version.
      await editor(page).fill('');
      await page.getByText('Without a filter every event passes.').waitFor();
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await dialog.getByText('After: no filter, every event passes.').waitFor();
      await dialog.getByRole('button', { name: 'Save the filter' }).click();
      await page.getByText('Saved. Events that come from now on').waitFor();
      expect(await app.api('GET', '/streams/orders/crm')).toMatchObject({ filter: null });
      await close();
    });

    it('overwrites nothing that somebody else changed meanwhile', async () => {
      const app = await withEvents();
      const { page, close } = await open(app, '?source=orders&target=crm');
      await editor(page).fill('root = this.mine');
      await app.api('PATCH', '/streams/orders/crm', { filter: 'root = this.theirs' });
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await page.getByRole('button', { name: 'Save the filter' }).click();
      const dialog = page.getByRole('dialog', { name: 'Somebody else changed this stream' });
      await dialog.getByText('nothing was saved').waitFor();
      expect(await dialog.locator('.diff-removed').textContent()).toContain('root = this.theirs');
      expect(await dialog.locator('.diff-added').textContent()).toContain('root = this.mine');
      expect(await app.api('GET', '/streams/orders/crm')).toMatchObject({ filter: 'root = this.theirs' });
      await screenshot(page, 'workbench-conflict');
      expect(await accessibilityFaults(page)).toEqual([]);

      // The person has seen their version: overwriting it is now a decision.
      await dialog.getByRole('button', { name: 'Keep mine, and look again' }).click();
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await page.getByRole('button', { name: 'Save the filter' }).click();
      await page.getByText('Saved. Events that come from now on').waitFor();
      expect(await app.api('GET', '/streams/orders/crm')).toMatchObject({ filter: 'root = this.mine' });

      await editor(page).fill('root = this.again');
      await app.api('PATCH', '/streams/orders/crm', { filter: 'root = this.theirs' });
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await page.getByRole('button', { name: 'Save the filter' }).click();
      await dialog.getByRole('button', { name: 'Take theirs' }).click();
      await page.getByText('The stream has this filter.').waitFor();
      await expect.poll(() => editor(page).textContent()).toBe('root = this.theirs');
      await close();
    });

    it('keeps what was typed while one looks elsewhere, and says why it was refused', async () => {
      const app = await withEvents();
      const { page, api, go, close } = await open(app, '?source=orders&target=crm');
      await editor(page).fill('root = this.draft');
      await go(`#/${app.name}/deliveries`);
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
      await page.goBack();
      await until('the draft', async () => (await editor(page).textContent()) === 'root = this.draft');
      api.refuse('PATCH', /\/streams\//, 422, 'invalid-filter', 'expected a filter that the service takes');
      await page.getByRole('button', { name: 'See the change, then save …' }).click();
      await page.getByRole('button', { name: 'Save the filter' }).click();
      await page.getByRole('dialog').getByText('expected a filter that the service takes').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Back to what the stream has' }).click();
      await until('the old one', async () => (await editor(page).textContent()) === KEEPS_LARGE);
      await close();
    });

    it('can be done with the keyboard alone', async () => {
      const app = await withEvents();
      const { page, close } = await open(app, '?source=orders&target=crm');
      await reach(page, (text) => text.startsWith('SELECT') && text.includes('None: only try'));
      await until('the editor', async () => {
        await page.keyboard.press('Tab');
        return (await page.evaluate<string>('document.activeElement.className')) === 'code-field-editor';
      });
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('root = this.by_hand');
      await until('the check', () =>
        page.getByRole('button', { name: 'See the change, then save …' }).isEnabled(),
      );
      await reach(page, (text) => text === 'BUTTON See the change, then save …');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await reach(page, (text) => text === 'BUTTON Save the filter');
      await page.keyboard.press('Enter');
      await page.getByText('Saved. Events that come from now on').waitFor();
      expect(await app.api('GET', '/streams/orders/crm')).toMatchObject({ filter: 'root = this.by_hand' });
      await close();
    });
  });
});
