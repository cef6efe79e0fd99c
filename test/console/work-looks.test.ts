import { afterAll, beforeAll, expect, it } from 'vitest';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';
import { faultsAtEverySize } from './support/every-size.ts';
import { Scene, type SceneApp } from './support/scene.ts';
import { screenshot } from './support/screenshot.ts';

// How deliveries and filters look: in light and dark, on a phone and on a wall screen. Set SCREENSHOTS=/some/folder to see
// them.

inChromium('deliveries and filters, in every size and colour', () => {
  let scene: Scene;
  let app: SceneApp;
  let deliveryId: string;
  let redriveId: string;
  beforeAll(async () => {
    scene = await Scene.start('--no-demo');
    app = await scene.app();
    await app.hook('customer-relations', { retry: ['1s'] });
    const send = await app.inbound('orders-of-the-shop', {
      target: 'customer-relations',
      filter:
        '# Only what is worth a call\nroot = if this.amount > 3 { this } else { throw("no amount: %v".format(this.amount)) }',
      keep_last: 20,
    });
    scene.receiver.answer('"order 7"', 503, 503);
    for (let n = 0; n < 9; n += 1)
      await send({ amount: n, name: `order ${n}`, note: 'a line that is rather long '.repeat(6) });
    const [exhausted] = await app.settles('exhausted', 1);
    deliveryId = String(exhausted?.['id']);
    redriveId = String(
      (await app.api('POST', '/redrives', { action: 'retry', filter: { error: 'no such thing' } }))['id'],
    );
    await scene.quarantined(app, 'expected the schema of the event, found none');
    await scene.file.deliveryQueue.send([{ body: 'no header', groupId: 'g' }]);
  });
  afterAll(() => scene.end());

  const views = [
    ['deliveries', () => 'deliveries', 'filter-failed'],
    ['delivery', () => `deliveries/${deliveryId}`, 'What happens next'],
    ['redrives', () => 'deliveries/redrives', 'retry'],
    ['redrive', () => `deliveries/redrives/${redriveId}`, 'What was asked for'],
    ['quarantine', () => 'deliveries/quarantine', 'found none'],
    ['dead-letters', () => 'deliveries/dead-letters', 'header on the first line'],
    [
      'filters',
      () => 'workbench?source=orders-of-the-shop&target=customer-relations',
      'With its data as it is.',
    ],
    ['bulk', () => 'deliveries', 'filter-failed'],
  ] as const;

  it.each(views)('%s', async (name, path, sign) => {
    const { page, go, close } = await openConsole(scene.run, { at: `#/${app.name}/orgs` });
    await go(`#/${app.name}/${path()}`);
    await page.locator('main').getByText(sign).first().waitFor();
    if (name === 'filters') {
      await page.getByRole('textbox', { name: 'The filter, in Bloblang' }).waitFor();
      await page.getByRole('button', { name: 'Try on the last events' }).click();
      await page.getByText('of 9', { exact: true }).waitFor();
    }
    if (name === 'bulk') {
      await page.getByRole('button', { name: 'Discard all that match …' }).click();
      await page.getByText('Nothing was changed yet.').waitFor();
    }
    const faults = await faultsAtEverySize(page, ({ width, colorScheme }) =>
      screenshot(page, `${name}-${width}-${colorScheme}`),
    );
    await close();
    expect(faults).toEqual([]);
  });
});
