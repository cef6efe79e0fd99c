import type { Page } from 'playwright-core';

/** The focused element, such as `BUTTON Discard it`. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const { activeElement } = document;
    return activeElement.tagName + ' ' + (activeElement.textContent.trim() || activeElement.getAttribute('aria-label') || '');
  })()`);
}

/** Presses Tab until the focus is on the wanted element. */
export async function reach(page: Page, isThere: (text: string) => boolean): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (isThere(await focused(page))) return;
  }
  throw new Error('expected to reach it with Tab, found that the focus never got there');
}
