import { VirtualTime } from './virtual-time.ts';

/**
 * Virtual time for code that works over real sockets: only a sleep makes it pass, and the sleep returns at once. It measures
 * intentional waits to the millisecond on any machine, and leaves out the time the sockets took. It is correct only for one thread of
 * work that waits for one thing at a time, such as a feed's session.
 */
export class PassingTime extends VirtualTime {
  #passing: Promise<void> = Promise.resolve();

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal);
    const untilMs = this.elapsedMs() + ms;
    // Time that passes for one sleeper passes for the others too.
    this.#passing = this.#passing.then(() => this.pass(Math.max(0, untilMs - this.elapsedMs())));
    return slept;
  }
}
