/** The current state of deliveries, as counted by the consumer of their queue. */
export interface Progress {
  /** Received from the queue and not yet ended. */
  readonly underWay: number;
  /** Deliveries ended since the start; only grows. */
  readonly ended: number;
}

/** At the rate that one process reaches, this many deliveries are sent within about 30 ms. */
const UNDER_WAY_MAX = 64;
/** Publishes admitted at once; each takes a tenth of a millisecond from the deliveries. */
const AT_ONCE_MAX = 32;
const LOOK_MS = 1;
/** Publishes admitted per ended delivery while too many are in progress. Fewer than one, so that their number falls. */
const PER_DELIVERY = 0.9;
/** The minimum rate, however slowly deliveries end: 1,000 a second. */
const PER_MS_MIN = 1;
/** If no delivery ended for this long, they wait for their receivers and not for us. */
const RECEIVERS_SLOW_MS = 20;

/**
 * Decides when a publish is admitted, so that accepted events are delivered at once: accepting is cheaper than
 * delivering and would take the processor from it. While many deliveries are in progress, publishes are admitted as
 * deliveries end, at a minimum rate that keeps every wait short. Receivers that do not answer hold nobody back.
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

  /** Undefined: admitted at once. */
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
