import type { MemoryState } from '../../src/adapters/memory/state.ts';
import type { Delivery } from '../../src/domain/deliveries/delivery.ts';
import { discardDelivery, retryDelivery } from '../../src/management/deliveries/manage-deliveries.ts';
import {
  changePublication,
  deletePublication,
} from '../../src/management/publications/change-publication.ts';
import { startRedrive } from '../../src/management/redrives/manage-redrives.ts';
import { changeSubscription } from '../../src/management/subscriptions/change-subscription.ts';
import type { Action } from './installation.ts';
import type { Ledger } from './ledger.ts';
import type { ScenarioAction } from './scenario.ts';
import { APP } from './set-up.ts';
import type { SimulatedFunction } from './simulated-function.ts';
import type { Trace } from './trace.ts';

/** What people ask of the API, and what they may rely on once it has answered. */
export class People {
  readonly #api: SimulatedFunction<Action, unknown>;
  readonly #ledger: Ledger;
  readonly #state: MemoryState;
  readonly #trace: Trace;
  /** By publication. */
  readonly #resumes = new Map<string, { readonly begun: number; readonly ended: number }>();

  constructor(api: SimulatedFunction<Action, unknown>, ledger: Ledger, state: MemoryState, trace: Trace) {
    this.#api = api;
    this.#ledger = ledger;
    this.#state = state;
    this.#trace = trace;
  }

  act({ kind, target, chance }: ScenarioAction): void {
    this.#trace(undefined, () => `somebody asks to ${kind} ${target}`);
    const id = `pub-${target}`;
    switch (kind) {
      case 'pause':
        this.#pause(id, target);
        return;
      case 'resume':
        this.#resume(id, target, 1 + Math.floor(chance * chance * 100));
        return;
      case 'change-url':
        void this.#ask((ports) =>
          changePublication(ports, APP, target, { settings: { url: `https://example.com/${chance}` } }),
        );
        return;
      case 'delete':
        this.#ledger.deletes(id);
        void this.#ask((ports) => deletePublication(ports, APP, target));
        return;
      case 'retry':
      case 'discard': {
        const delivery = this.#someDelivery(chance);
        if (delivery === undefined) return;
        if (kind === 'discard') this.#ledger.discards(delivery.id);
        void this.#ask((ports) =>
          (kind === 'retry' ? retryDelivery : discardDelivery)(ports, APP, delivery.id),
        );
        return;
      }
      case 'retry-many':
        void this.#ask((ports) =>
          startRedrive(ports, APP, {
            action: 'retry',
            filter: {},
            ratePerSecond: 1 + Math.floor(chance * 20),
            startedBy: 'somebody',
          }),
        );
        return;
      case 'redrive':
        void this.#ask(async (ports) => ports.deadLetters.redriveAll(ports.clock.now()));
        return;
      case 'pause-subscription':
      case 'resume-subscription':
        void this.#ask((ports) =>
          changeSubscription(ports, APP, target, { paused: kind === 'pause-subscription', settings: {} }),
        );
    }
  }

  /** When a pause and a resume overlap, nobody can say which comes first. */
  #pause(id: string, name: string): void {
    const before = this.#resumes.get(id);
    void this.#ask((ports) => changePublication(ports, APP, name, { paused: true, settings: {} })).then(
      (answer) => {
        const after = this.#resumes.get(id);
        const isAlone = before?.begun === after?.begun && (before?.begun ?? 0) === (before?.ended ?? 0);
        if (answer?.kind === 'updated' && isAlone) this.#ledger.paused(id);
      },
    );
  }

  #resume(id: string, name: string, drainRate: number): void {
    const { begun, ended } = this.#resumes.get(id) ?? { begun: 0, ended: 0 };
    this.#resumes.set(id, { begun: begun + 1, ended });
    this.#ledger.resumes(id);
    void this.#ask((ports) =>
      changePublication(ports, APP, name, { paused: false, drainRate, settings: {} }),
    ).then(() => {
      const now = this.#resumes.get(id);
      if (now !== undefined) this.#resumes.set(id, { ...now, ended: now.ended + 1 });
    });
  }

  #someDelivery(chance: number): Delivery | undefined {
    const stored = [...this.#state.deliveries.values()];
    return stored[Math.floor(chance * stored.length)]?.delivery;
  }

  /** The API's answer; undefined where it gave none. */
  async #ask<T>(action: (ports: Parameters<Action>[0]) => Promise<T>): Promise<T | undefined> {
    const invocation = await this.#api.invoke(action);
    return invocation.kind === 'answered' ? (invocation.answer as T) : undefined;
  }
}
