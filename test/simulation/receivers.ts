import type { OutgoingEvent, SendOutcome } from '../../src/domain/deliveries/destination.ts';
import type { Publication } from '../../src/domain/publications/publication.ts';
import type { Dice } from './dice.ts';
import type { Ledger } from './ledger.ts';
import type { PortCalls } from './port-calls.ts';
import type { SimulatedProcess } from './scheduler.ts';

/** What a receiver may do instead of accepting the event at once. */
const BEHAVIOURS = [
  'fails with 500',
  'fails with 500',
  'asks to try later',
  'hangs',
  'resets before taking it',
  'resets after taking it',
  'is slow',
  'wants no more',
] as const;
type Behaviour = (typeof BEHAVIOURS)[number] | 'takes it' | 'refuses it for good' | 'is dead';

const HANG_MS = 15_000;
const SLOW_MS_MAX = 14_000;
const RETRY_AFTER_MS = 40_000;
/** The batch size of a target that takes several events at once. */
export const BATCH_MAX = 3;

/** The far side of deliveries: its behaviour follows its dice, and its owner's books are right. */
export class Receivers {
  readonly #dice: Dice;
  readonly #misbehaving: number;
  readonly #ledger: Ledger;
  readonly #meets: (fault: string) => boolean;
  readonly #isDead: (publication: string) => boolean;

  constructor(
    dice: Dice,
    misbehaving: number,
    ledger: Ledger,
    meets: (fault: string) => boolean,
    isDead: (publication: string) => boolean,
  ) {
    this.#dice = dice;
    this.#misbehaving = misbehaving;
    this.#ledger = ledger;
    this.#meets = meets;
    this.#isDead = isDead;
  }

  destination(process: SimulatedProcess, calls: PortCalls, batchMax: number) {
    return {
      batchMax,
      send: async (publication: Publication, events: readonly OutgoingEvent[]) => {
        const attempt = this.#ledger.attemptStarts(publication.id, process);
        const behaviours = await calls.far(process, 'deliver', `receiver.${publication.name}`, async () =>
          events.map((event) => this.#meetsEvent(publication, event)),
        );
        const ms = Math.max(...behaviours.map((behaviour) => this.#answerMs(behaviour)));
        if (ms > 0) await process.sleep(ms);
        this.#ledger.attemptEnds(attempt);
        return behaviours.map((behaviour) => outcomeOf(behaviour, ms));
      },
    };
  }

  #meetsEvent({ id, name, platform }: Publication, { eventJson }: OutgoingEvent): Behaviour {
    if (this.#isDead(name)) return 'is dead';
    const behaviour = this.#behaviour(id, platform);
    if (behaviour === 'takes it' || behaviour === 'is slow' || behaviour === 'resets after taking it') {
      // An attempt whose connection was reset does not count: nobody was told that the receiver has the event.
      if (behaviour !== 'resets after taking it') this.#ledger.received(id, eventJson);
    }
    if (behaviour === 'refuses it for good') this.#ledger.refused(id, eventJson);
    return behaviour;
  }

  #behaviour(id: string, platform: Publication['platform']): Behaviour {
    const number = this.#dice.whole(`receiver ${id}`, 2 ** 31);
    const thrown = number / 2 ** 31;
    if (thrown >= this.#misbehaving) return 'takes it';
    const found: Behaviour =
      platform === 'salesforce' && thrown < this.#misbehaving / 8
        ? 'refuses it for good'
        : this.#dice.oneOf(`behaviour ${id}`, BEHAVIOURS);
    // Rarely: a publication that is disabled shows nothing more.
    const behaviour = found === 'wants no more' && platform === 'salesforce' ? 'hangs' : found;
    return this.#meets(`receiver ${id} attempt ${number} ${behaviour}`) ? behaviour : 'takes it';
  }

  #answerMs(behaviour: Behaviour): number {
    if (behaviour === 'hangs') return HANG_MS;
    return behaviour === 'is slow' ? this.#dice.throw('slow') * SLOW_MS_MAX : 0;
  }
}

function outcomeOf(behaviour: Behaviour, durationMs: number): SendOutcome {
  const failure = (errorId: string, status?: number) => ({
    errorId,
    message: `The receiver ${behaviour}.`,
    status,
    durationMs,
  });
  switch (behaviour) {
    case 'takes it':
    case 'is slow':
      return { kind: 'delivered', status: 200, durationMs };
    case 'fails with 500':
      return { kind: 'retry', ...failure('http-500', 500) };
    case 'asks to try later':
      return { kind: 'retry', retryAfterMs: RETRY_AFTER_MS, ...failure('http-503', 503) };
    case 'hangs':
      return { kind: 'retry', ...failure('timeout') };
    case 'resets before taking it':
    case 'resets after taking it':
      return { kind: 'retry', ...failure('connection-reset') };
    case 'is dead':
      return { kind: 'retry', ...failure('connection-refused') };
    case 'wants no more':
      return { kind: 'disabled', ...failure('http-410', 410) };
    case 'refuses it for good':
      return { kind: 'rejected', ...failure('invalid-event') };
  }
}
