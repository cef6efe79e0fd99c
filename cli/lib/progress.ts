import { ux } from '@oclif/core';

/** Shows `<text>...` on stderr, and `done` when the work is. A failure is marked by oclif's own error handling. */
export async function withProgress<T>(text: string, work: () => Promise<T>): Promise<T> {
  ux.action.start(text);
  const result = await work();
  ux.action.stop();
  return result;
}

/** Longer than an answer takes that nobody would call slow. */
const SLOW_MS = 1_000;

/** Says on a terminal that the work takes its time, once it does, unless something else says so already. */
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
