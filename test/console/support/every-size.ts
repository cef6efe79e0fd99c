import type { Page } from 'playwright-core';
import { accessibilityFaults } from './accessibility.ts';

/** A phone, a desktop and a wall screen. */
export const SIZES = [
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 2560, colorScheme: 'light' },
] as const;

export type Size = (typeof SIZES)[number];

/**
 * What is wrong with the page at each size, one line each: what axe-core finds, and whether it is wider than the screen.
 * The page stays open and changes its size, as a window does: to open it anew for each takes three times as long.
 */
export async function faultsAtEverySize(
  page: Page,
  look: (size: Size) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const faults: string[] = [];
  for (const size of SIZES) {
    const { width, colorScheme } = size;
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const found = await accessibilityFaults(page);
    const wider = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (wider > 0) found.push(`${wider} px wider than the screen`);
    faults.push(...found.map((fault) => `${width} px, ${colorScheme}: ${fault}`));
    await look(size);
  }
  return faults;
}
