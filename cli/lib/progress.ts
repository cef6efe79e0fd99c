import { ux } from '@oclif/core';

/** Shows `<text>...` on stderr, and `done` when the work is. A failure is marked by oclif's own error handling. */
export async function withProgress<T>(text: string, work: () => Promise<T>): Promise<T> {
  ux.action.start(text);
  const result = await work();
  ux.action.stop();
  return result;
}
