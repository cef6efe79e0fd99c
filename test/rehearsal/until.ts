import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 500;
/** Long, because the rehearsal waits for states, and the machine may be busy. */
const WITHIN_MS = 180_000;

/** Waits for a state. `look` returns anything but false or undefined once it is reached. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = WITHIN_MS }: { readonly withinMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  const endsAtMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined) return found as Exclude<T, false | undefined>;
    if (Date.now() > endsAtMs) throw new Error(`expected ${what} within ${withinMs / 1_000} s`);
    await sleep(LOOK_EVERY_MS);
  }
}
