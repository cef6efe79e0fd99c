import type * as v from 'valibot';
import { Listener, ListenerDeliveries, OpenedListener } from '../../../src/management/listeners/schema.ts';
import { apiPath, expectShape } from '../api-client.ts';
import type { AppApi } from '../sluice-command.ts';

/** An event to forward. */
export type ListenedEvent = v.InferOutput<typeof ListenerDeliveries>['deliveries'][number];
export type Opened = v.InferOutput<typeof OpenedListener>;

export interface WantedListening {
  readonly by: string;
  readonly sources?: readonly string[] | undefined;
  readonly filter?: string | null | undefined;
  readonly temporary: boolean;
}

export interface Exchange {
  readonly delivered: readonly string[];
  readonly skipped: readonly string[];
  readonly max: number;
  readonly wait: number;
}

/** The listener routes of the API, for one session. */
export class ListenerService {
  readonly #api: AppApi;
  readonly #path: string;
  readonly #sessionId: string;
  readonly opened: Opened;

  private constructor(api: AppApi, opened: Opened) {
    this.#api = api;
    this.opened = opened;
    this.#path = listenerPath(opened.name);
    this.#sessionId = opened.session_id;
  }

  /** Begins a session and thereby ends any other session of this listener. */
  static async open(api: AppApi, name: string, wanted: WantedListening): Promise<ListenerService> {
    return new ListenerService(api, await api.post(`${listenerPath(name)}/sessions`, wanted, OpenedListener));
  }

  async exchange(
    { delivered, skipped, max, wait }: Exchange,
    signal?: AbortSignal,
  ): Promise<v.InferOutput<typeof ListenerDeliveries>> {
    const body = { session_id: this.#sessionId, delivered, skipped, max, wait };
    const path = `${this.#path}/deliveries`;
    const answer = await this.#api.exchange('POST', path, body, {}, signal);
    return expectShape(ListenerDeliveries, answer.body, 'the deliveries');
  }

  show(): Promise<v.InferOutput<typeof Listener>> {
    return this.#api.get(this.#path, Listener);
  }

  /** Changes the filter of all streams. Events that are waiting have passed the old filter and stay. */
  async changeFilter(filter: string | null): Promise<void> {
    const { sources, name } = await this.show();
    for (const source of sources) {
      await this.#api.request('PATCH', apiPath`/streams/${source.id}/${name}`, { filter });
    }
  }

  async end(): Promise<void> {
    await this.#api.request('DELETE', `${this.#path}${apiPath`/sessions/${this.#sessionId}`}`);
  }
}

export async function removeListener(api: AppApi, name: string): Promise<v.InferOutput<typeof Listener>> {
  return expectShape(Listener, await api.request('DELETE', listenerPath(name)), 'the listener');
}

function listenerPath(name: string): string {
  return apiPath`/listeners/${name}`;
}
