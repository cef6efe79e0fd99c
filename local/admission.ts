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
/** While more is under way: half a millisecond of work, so that an answer of a receiver does not wait longer for it. */
const PER_TURN_BEHIND = 4;
/** However much there is to deliver, a publish waits no longer for its turn. */
const WAIT_MS_MAX = 50;

/**
 * Decides when a publish may come in, so that what was accepted goes out at once. While many deliveries are under way and
 * each turn of the event loop ends some of them, the processor is what is short, and publishes wait: each would take it
 * from a delivery. Where a turn ends none, it is the receivers that are slow, and publishes come in.
 */
export class Admission {
  readonly #progress: () => Progress;
  readonly #waiting: { readonly enter: () => void; readonly sinceMs: number }[] = [];
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
    return new Promise((enter) => this.#waiting.push({ enter, sinceMs: performance.now() }));
  }

  readonly #turn = (): void => {
    this.#left = this.#allowed();
    const next = this.#waiting.splice(0, this.#left);
    this.#left -= next.length;
    this.#isTurning = next.length > 0 || this.#waiting.length > 0;
    if (this.#isTurning) setImmediate(this.#turn);
    else this.#left = PER_TURN_BEHIND;
    for (const { enter } of next) enter();
  };

  #allowed(): number {
    const { underWay, ended } = this.#progress();
    const getsOn = ended > this.#endedBefore;
    this.#endedBefore = ended;
    if (underWay <= UNDER_WAY_MAX) return PER_TURN_MAX;
    if (!getsOn) return PER_TURN_BEHIND;
    const [oldest] = this.#waiting;
    return oldest !== undefined && performance.now() - oldest.sinceMs > WAIT_MS_MAX ? 1 : 0;
  }
}
