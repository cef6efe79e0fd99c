import type { Clock } from '../../base/clock.ts';
import type { Feed } from '../../domain/feeds/feed.ts';

/** Knows when everything that the source had was accepted: the lag of a feed is measured from this time. */
export class FeedCatchUp {
  readonly #clock: Clock;
  #caughtUpAtMs: number | undefined;
  #isCaughtUp: boolean;

  constructor(clock: Clock, { caughtUpAtMs, isCaughtUp = false }: Pick<Feed, 'caughtUpAtMs' | 'isCaughtUp'>) {
    this.#clock = clock;
    this.#caughtUpAtMs = caughtUpAtMs;
    this.#isCaughtUp = isCaughtUp;
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /**
   * The last time at which nothing was left to accept: now, while that is still so. Undefined if there is no known such
   * time.
   */
  get caughtUpAtMs(): number | undefined {
    return this.#isCaughtUp ? this.#clock.now() : this.#caughtUpAtMs;
  }

  /** The source reported that it has nothing more. */
  catchUp(): void {
    this.#caughtUpAtMs = this.#clock.now();
    this.#isCaughtUp = true;
  }

  /** From now on there may be events that are not accepted. @param wasQuiet whether there were none until now */
  fallBehind(wasQuiet: boolean): void {
    if (this.#isCaughtUp || wasQuiet) this.#caughtUpAtMs = this.#clock.now();
    this.#isCaughtUp = false;
  }
}
