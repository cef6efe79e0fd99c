import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inChromium, theBrowser } from './support/chromium.ts';
import { oneTimeLink, openConsole } from './support/console-page.ts';
import { Scene } from './support/scene.ts';

inChromium('the console’s sessions and its frame', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
  });
  afterAll(() => scene.end());

  describe('a session', () => {
    test('is opened by a link, whose code is gone from the address and from what Back leads to', async () => {
      const app = await scene.app();
      const { page, close } = await openConsole(scene.run, { app: app.name });
      await page.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
      expect(page.url()).not.toContain('code');
      expect(await page.evaluate('history.length')).toBeLessThan(4);
      await close();
    });

    test('is not opened twice by the same link, and the page says what to do', async () => {
      const app = await scene.app();
      const link = await oneTimeLink(scene.run, { app: app.name });
      const context = await theBrowser().newContext();
      const first = await context.newPage();
      await first.goto(link);
      await first.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
      const other = await theBrowser().newContext();
      const second = await other.newPage();
      await second.goto(link);
      await second.getByRole('heading', { level: 1, name: 'This link does not open the console' }).waitFor();
      expect(await second.getByText('sluice console', { exact: true }).isVisible()).toBe(true);
      await context.close();
      await other.close();
    });

    test('that is over takes the page to what to do, wherever it is', async () => {
      const app = await scene.app();
      const console = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/orgs` });
      await console.page.getByRole('heading', { level: 1, name: 'Orgs' }).waitFor();
      console.api.refuse('GET', /\/v1\//, 401, 'unauthorized', 'The session has ended.');
      await console.go(`#/${app.name}/streams`);
      await console.page.getByRole('heading', { level: 1, name: 'No session' }).waitFor();
      expect(await console.page.getByText('sluice console', { exact: true }).isVisible()).toBe(true);
      await console.close();
    });

    test('that a person ends is over at the server as well', async () => {
      const app = await scene.app();
      const console = await openConsole(scene.run, { app: app.name });
      await console.page.getByRole('button', { name: 'End session' }).click();
      await console.page.getByRole('heading', { level: 1, name: 'No session' }).waitFor();
      await console.page.reload();
      await console.page.getByRole('heading', { level: 1, name: 'No session' }).waitFor();
      await console.close();
    });

    test('has no page of the names that every object of JavaScript has', async () => {
      const app = await scene.app();
      const console = await openConsole(scene.run, { app: app.name });
      for (const view of ['constructor', '__proto__', 'no-such-page']) {
        await console.go(`#/${app.name}/${view}`);
        await console.page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
        await console.go(`#/${app.name}/flow`);
        await console.page.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
      }
      await console.close();
    });

    test('of administration begins with the choice of an app', async () => {
      const app = await scene.app('chosen');
      const { page, close } = await openConsole(scene.run);
      await page.getByRole('link', { name: app.name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
      expect(page.url()).toContain(`#/${app.name}/flow`);
      await page.getByRole('link', { name: 'Other app' }).click();
      await page.getByRole('heading', { level: 1, name: 'Which app?' }).waitFor();
      await close();
    });
  });

  test('an address that leads nowhere says so, and leads back', async () => {
    const app = await scene.app();
    const { page, close } = await openConsole(scene.run, { app: app.name, at: `#/${app.name}/no-such-part` });
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'Go to Flow' }).click();
    await page.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
    await close();
  });

  test('every area is reached with the keyboard, and what has the focus is seen', async () => {
    const app = await scene.app();
    const { page, close } = await openConsole(scene.run, { app: app.name });
    await page.getByRole('heading', { level: 1, name: 'Flow' }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.locator('button:focus');
    expect(await skip.textContent()).toBe('Skip to the content');
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    await page.locator('main:focus').waitFor();

    for (const area of ['Event', 'Deliveries', 'Filters', 'Orgs']) {
      const link = page
        .getByRole('navigation', { name: 'Areas' })
        .getByRole('link', { name: area, exact: true });
      await link.focus();
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      await page.keyboard.press('Enter');
      await page.locator(`nav a[aria-current=page]:text-is("${area}")`).waitFor();
      // The person who opened it continues reading from there.
      await page.locator('main:focus').waitFor();
    }
    await close();
  });
});
