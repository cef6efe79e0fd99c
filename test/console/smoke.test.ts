import { afterAll, beforeAll, it } from 'vitest';
import { LocalRun, temporaryState } from '../support/local-run.ts';
import { inChromium } from './support/chromium.ts';
import { openConsole } from './support/console-page.ts';

inChromium('smoke', () => {
  const state = temporaryState();
  let run: LocalRun;
  beforeAll(async () => {
    run = await LocalRun.start(state.dir, '--no-demo');
    await run.app('shop');
  });
  afterAll(async () => {
    await run.end('SIGINT');
    state.remove();
  });
  it('opens', async () => {
    const c = await openConsole(run, { app: 'shop', at: '#/shop/deliveries' });
    await c.page.getByRole('heading', { name: 'Nothing is waiting' }).waitFor();
    await c.page.screenshot({ path: '/tmp/cw-1.png', fullPage: true });
    await c.go('#/shop/workbench');
    await c.page.getByText('Passes').waitFor();
    await c.page.screenshot({ path: '/tmp/cw-2.png', fullPage: true });
    await c.close();
  });
});
