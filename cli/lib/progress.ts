import { ux } from '@oclif/core';

/** Shows `<text>...` on stderr, then `done`. On failure, oclif's own error handling marks the line. */
export async function withProgress<T>(text: string, work: () => Promise<T>): Promise<T> {
  ux.action.start(text);
  const result = await work();
  ux.action.stop();
  return result;
}

/** Longer than any answer that nobody would call slow. */
const SLOW_MS = 1_000;

/** Tells the person on a terminal when the work is slow, unless other progress is already shown. */
export async function sayingWhenSlow<T>(text: string, work: () => Promise<T>): Promise<T> {
  let said = false;
  const slow = setTimeout(() => {
    if (!process.stderr.isTTY || ux.action.running) return;
    said = true;
    ux.action.start(text);
  }, SLOW_MS);
  try {
    const result = await work();
    if (said) ux.action.stop();
    return result;
  } finally {
    clearTimeout(slow);
  }
}
