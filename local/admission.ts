/** What deliveries do at this moment, as the consumer of their queue counts it. */
export interface Progress {
  /** Taken off the queue, and not ended yet. */
  readonly underWay: number;
  /** Since the start; only grows. */
  readonly ended: number;
}

/** So many under way go out within some 20 ms, where the processor is what is short. */
const UNDER_WAY_MAX = 64;
/** Let in a turn of the event loop; more cost less each, because they share a commit. */
const PER_TURN_MAX = 32;
/** Whatever else there is to do. */
const PER_TURN_MIN = 2;

/**
 * Decides when a publish may come in, so that what was accepted goes out at once: while many deliveries are under way and
 * get on, only a few publishes are let in a turn of the event loop, for each takes the processor from a delivery. When
 * deliveries are under way and do not get on, it is their receivers that are slow, and publishes come in as they like.
 */
export class Admission {
  readonly #progress: () => Progress;
  readonly #waiting: (() => void)[] = [];
  #left = PER_TURN_MAX;
  #endedBefore = 0;
  #isTurning = false;

  constructor(progress: () => Progress) {
    this.#progress = progress;
  }

  /** Undefined: come in at once. */
  enter(): Promise<void> | undefined {
    if (!this.#isTurning) {
      this.#isTurning = true;
      setImmediate(this.#turn);
    }
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  readonly #turn = (): void => {
    const { underWay, ended } = this.#progress();
    const isBusy = underWay > UNDER_WAY_MAX && ended > this.#endedBefore;
    this.#endedBefore = ended;
    this.#left = isBusy ? PER_TURN_MIN : PER_TURN_MAX;
    const next = this.#waiting.splice(0, this.#left);
    this.#left -= next.length;
    this.#isTurning = this.#waiting.length > 0 || isBusy;
    if (this.#isTurning) setImmediate(this.#turn);
    for (const enter of next) enter();
  };
}
