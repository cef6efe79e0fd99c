/** The total cost of work that may begin in one turn of the event loop. */
export const COST_PER_TURN_MAX = 32;

interface Piece {
  /** Called only when it is this piece's turn, because more may be known by then. */
  readonly cost: () => number;
  readonly begin: () => void;
}

/**
 * Shares a thread between owners. While there is little work, each piece begins at once. If one owner has thousands of
 * pieces, they begin over many turns of the event loop, interleaved with the work of the others.
 */
export class FairTurns {
  readonly #nextTurn: (call: () => void) => void;
  /** By owner, the next one first; each owner's pieces are in order of arrival. */
  readonly #waiting = new Map<string, Set<Piece>>();
  /** Owners that have begun work in this turn. */
  readonly #served = new Set<string>();
  #spent = 0;

  /** @param nextTurn calls back after the events that arrived meanwhile were handled */
  constructor(nextTurn: (call: () => void) => void = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  /**
   * Begins the work now or in a later turn; settles as the work does.
   * @param cost thread time in units of which one turn takes `COST_PER_TURN_MAX`; above 0
   */
  run<T>(owner: string, cost: () => number, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(owner);
    // An owner that has begun nothing in this turn does not wait for owners that used too much.
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

  /** Begins one piece per owner, round-robin, until this turn's budget is used up. */
  #turn(): void {
    this.#spent = 0;
    this.#served.clear();
    for (const [owner, pieces] of this.#waiting) {
      if (this.#spent >= COST_PER_TURN_MAX) return;
      const [piece] = pieces;
      this.#waiting.delete(owner);
      if (piece === undefined) continue;
      pieces.delete(piece);
      // Re-inserts the owner behind the others, where this loop reaches it again.
      if (pieces.size > 0) this.#waiting.set(owner, pieces);
      this.#spend(owner, piece.cost());
      piece.begin();
    }
  }
}
