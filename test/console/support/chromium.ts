import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

// The console in a real Chromium. Playwright does not bring its own here: the machine's is used, and where it has none, the suites
// report that they were skipped.

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * In a container the tests run as root and there is no GPU; a test's browser needs nothing from the network for itself.
 */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named === undefined || named === '') return PLACES.find((place) => existsSync(place));
  if (existsSync(named)) return named;
  throw new Error(`expected CHROMIUM to name a browser, found nothing at ${named}`);
}

let browser: Browser | undefined;

/** The browser of the current suite. Each test has a fresh context of its own. */
export function theBrowser(): Browser {
  if (browser === undefined) throw new Error('expected to be within inChromium');
  return browser;
}

/** A suite that needs a browser: starts one, and closes it at the end. */
export function inChromium(name: string, suite: () => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const reason = `no Chromium here: tried ${PLACES.join(', ')}; CHROMIUM=/path/to/it names another`;
    process.stderr.write(`SKIPPED: ${name}: ${reason}\n`);
    describe.skip(`${name} (${reason})`, suite);
    return;
  }
  describe(name, () => {
    beforeAll(async () => {
      const { chromium } = await import('playwright-core');
      browser = await chromium.launch({ executablePath, args: FLAGS });
    });
    afterAll(async () => {
      await browser?.close();
      browser = undefined;
    });
    suite();
  });
}
