/** What work of this cost may begin in one turn of the event loop. */
export const COST_PER_TURN_MAX = 32;

interface Piece {
  /** Asked when it is its turn, by when more may be known. */
  readonly cost: () => number;
  readonly begin: () => void;
}

/**
 * Shares a thread between owners. Each begins its work at once while there is little of it. Where one has thousands of pieces,
 * they begin over many turns of the event loop, and what the others do comes in between.
 */
export class FairTurns {
  readonly #nextTurn: (call: () => void) => void;
  /** By owner, whose turn is next first; of an owner, what came first is first of its set. */
  readonly #waiting = new Map<string, Set<Piece>>();
  /** Owners that have begun something in this turn. */
  readonly #served = new Set<string>();
  #spent = 0;

  /** @param nextTurn calls once what came meanwhile has been taken */
  constructor(nextTurn: (call: () => void) => void = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  /**
   * Begins the work now, or in a later turn; settles as it does.
   * @param cost of the thread's time, more than 0: work of the cost 1 is what a turn takes `COST_PER_TURN_MAX` of
   */
  run<T>(owner: string, cost: () => number, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(owner);
    // Whoever has had nothing in this turn does not wait for those who had too much.
    if (waiting === undefined && (this.#spent < COST_PER_TURN_MAX || !this.#served.has(owner))) {
      this.#spend(owner, cost());
      return work();
    }
    return new Promise<T>((resolve, reject) => {
      const begin = () => {
        work().then(resolve, reject);
      };
      const piece = { cost, begin };
      if (waiting === undefined) this.#waiting.set(owner, new Set([piece]));
      else waiting.add(piece);
    });
  }

  #spend(owner: string, cost: number): void {
    if (this.#spent === 0) this.#nextTurn(() => this.#turn());
    this.#spent += cost;
    this.#served.add(owner);
  }

  /** One piece of each owner, again and again, until this turn has enough. */
  #turn(): void {
    this.#spent = 0;
    this.#served.clear();
    for (const [owner, pieces] of this.#waiting) {
      if (this.#spent >= COST_PER_TURN_MAX) return;
      const [piece] = pieces;
      this.#waiting.delete(owner);
      if (piece === undefined) continue;
      pieces.delete(piece);
      // Behind the others, where this very loop finds it again.
      if (pieces.size > 0) this.#waiting.set(owner, pieces);
      this.#spend(owner, piece.cost());
      piece.begin();
    }
  }
}
