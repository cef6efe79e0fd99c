import { VirtualTime } from './virtual-time.ts';

/**
 * A time for code that works over real sockets: whoever sleeps lets it pass, at once, and nothing else does. So it shows how long was
 * waited on purpose, to the millisecond and on any machine, and nothing of how long the sockets took. It is right for one thread of
 * work that waits for one thing at a time: a feed's session does.
 */
export class PassingTime extends VirtualTime {
  #passing: Promise<void> = Promise.resolve();

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal);
    const untilMs = this.elapsedMs() + ms;
    // What passes meanwhile for another sleeper passes for this one too.
    this.#passing = this.#passing.then(() => this.pass(Math.max(0, untilMs - this.elapsedMs())));
    return slept;
  }
}
