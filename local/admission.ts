/** What deliveries do at this moment, as the consumer of their queue counts it. */
export interface Progress {
  /** Taken off the queue, and not ended yet. */
  readonly underWay: number;
  /** Since the start; only grows. */
  readonly ended: number;
}

/** So many under way go out within some 30 ms at the rate that one process reaches. */
const UNDER_WAY_MAX = 64;
/** Let in at once; each of them is a tenth of a millisecond that no delivery gets. */
const AT_ONCE_MAX = 32;
const LOOK_MS = 1;
/** Publishes for each delivery that ends, while too many are under way: fewer than one, so that they become fewer. */
const PER_DELIVERY = 0.9;
/** However slowly deliveries end: 1,000 a second. */
const PER_MS_MIN = 1;
/** Deliveries of which none ended for so long wait for their receivers, and not for us. */
const RECEIVERS_SLOW_MS = 20;

/**
 * Decides when a publish may come in, so that what was accepted goes out at once: accepting is cheaper than delivering, and
 * would take the processor from it. While many deliveries are under way, publishes come in as deliveries end, and at a
 * rate at least that nobody has to wait long. Receivers that do not answer hold nobody back.
 */
export class Admission {
  readonly #progress: () => Progress;
  readonly #waiting: (() => void)[] = [];
  #budget = AT_ONCE_MAX;
  #lookedAtMs = 0;
  #endedBefore = 0;
  #lastEndedAtMs = 0;

  constructor(progress: () => Progress) {
    this.#progress = progress;
  }

  /** Undefined: come in at once. */
  enter(): Promise<void> | undefined {
    this.#look();
    if (this.#budget >= 1 && this.#waiting.length === 0) {
      this.#budget -= 1;
      return undefined;
    }
    return new Promise((enter) => {
      if (this.#waiting.push(enter) === 1) setTimeout(this.#letIn, LOOK_MS);
    });
  }

  readonly #letIn = (): void => {
    this.#look();
    const next = this.#waiting.splice(0, Math.floor(this.#budget));
    this.#budget -= next.length;
    if (this.#waiting.length > 0) setTimeout(this.#letIn, LOOK_MS);
    for (const enter of next) enter();
  };

  #look(): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#lookedAtMs;
    if (elapsedMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const { underWay, ended } = this.#progress();
    const endedNow = ended - this.#endedBefore;
    this.#endedBefore = ended;
    if (endedNow > 0) this.#lastEndedAtMs = nowMs;
    const isFree = underWay <= UNDER_WAY_MAX || nowMs - this.#lastEndedAtMs > RECEIVERS_SLOW_MS;
    const more = isFree ? AT_ONCE_MAX : Math.max(endedNow * PER_DELIVERY, elapsedMs * PER_MS_MIN);
    this.#budget = Math.min(AT_ONCE_MAX, this.#budget + more);
  }
}
