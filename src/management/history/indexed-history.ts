import { type AttemptIndex, isIndexedFrom } from '../../domain/history/attempt-index.ts';
import type {
  DeliveryHistory,
  FoundDrops,
  FoundHistory,
  FoundRates,
  HistoryBusy,
  HistoryQuery,
  HistorySpan,
  ListedResources,
} from '../../domain/history/delivery-history.ts';
import type { PublicationStore } from '../../domain/publications/publication-store.ts';
import type { StreamStore } from '../../domain/streams/stream-store.ts';

export interface IndexedHistoryPorts {
  /** The history that searches the logs. */
  readonly searched: DeliveryHistory;
  readonly attemptIndex: Pick<AttemptIndex, 'find'>;
  readonly publications: Pick<PublicationStore, 'list'>;
  readonly streams: Pick<StreamStore, 'list'>;
}

/**
 * Reads the attempts of one event from the index if that is as complete as the logs for the time span: every
 * publication that the event may have reached is indexed, and no stream records its drops, which only the logs hold.
 * Everything else is searched in the logs.
 */
export class IndexedHistory implements DeliveryHistory {
  readonly #ports: IndexedHistoryPorts;

  constructor(ports: IndexedHistoryPorts) {
    this.#ports = ports;
  }

  async find(appId: string, query: HistoryQuery): Promise<FoundHistory | HistoryBusy> {
    const { searched, attemptIndex } = this.#ports;
    const { eventId } = query;
    if (eventId === undefined || !(await this.#isIndexed(appId, query))) return searched.find(appId, query);
    const entries = await attemptIndex.find(appId, eventId, query.limit + 1);
    const found = entries.filter(
      ({ atMs, publication }) =>
        atMs >= query.fromMs &&
        atMs < query.untilMs &&
        (query.publication === undefined || publication === query.publication),
    );
    return {
      kind: 'found',
      entries: found.slice(0, query.limit),
      isComplete: entries.length <= query.limit,
    };
  }

  drops(appId: string, span: HistorySpan & { readonly limit: number }): Promise<FoundDrops | HistoryBusy> {
    return this.#ports.searched.drops(appId, span);
  }

  rates(appId: string, span: HistorySpan): Promise<FoundRates | HistoryBusy> {
    return this.#ports.searched.rates(appId, span);
  }

  async #isIndexed(appId: string, { fromMs, publication, listed }: HistoryQuery): Promise<boolean> {
    const { publications, streams } = listed ?? (await this.#list(appId));
    const asked = publications.filter(({ name }) => publication === undefined || name === publication);
    return (
      asked.length > 0 &&
      asked.every((each) => isIndexedFrom(each, fromMs)) &&
      !streams.some(({ traceDrops }) => traceDrops === true)
    );
  }

  async #list(appId: string): Promise<ListedResources> {
    const [publications, streams] = await Promise.all([
      this.#ports.publications.list(appId),
      this.#ports.streams.list(appId),
    ]);
    return { publications, streams };
  }
}
