import { isObject, stringOr } from '../json.ts';
import { RETENTION_MS } from '../org/event-bus.ts';
import { recordId, sameId } from '../org/ids.ts';
import { replayIdNumber } from '../org/topic-log.ts';
import { type Calls, type Duplex, deliveryStream } from './calls.ts';
import { Delivery, startOf } from './delivery.ts';
import {
  type CommitResponse,
  ERROR_COMMIT,
  type ManagedFetchRequest,
  REPLAY_CUSTOM,
  REPLAY_EARLIEST,
  REPLAY_LATEST,
  writeCommitResponse,
} from './wire.ts';

type Preset = 'LATEST' | 'EARLIEST';

/** A ManagedEventSubscription of the org: the service stores the cursor for the one client that uses it. */
export interface ManagedSubscription {
  readonly id: string;
  readonly developerName: string;
  readonly label: string;
  readonly topicName: string;
  readonly defaultReplay: Preset;
  readonly errorRecoveryReplay: Preset;
  state: 'RUN' | 'STOP';
  /** Hexadecimal; empty before the first commit. */
  committed: string;
}

const SUBSCRIPTIONS_MAX = 200;

function preset(value: unknown): Preset {
  return value === 'EARLIEST' ? 'EARLIEST' : 'LATEST';
}

export class ManagedSubscriptions {
  readonly #calls: Calls;
  readonly #subscriptions = new Map<string, ManagedSubscription>();
  readonly #active = new Map<string, () => void>();

  constructor(calls: Calls) {
    this.#calls = calls;
    for (const { key, value } of calls.org.storage.documents('managed')) {
      if (isObject(value))
        this.#subscriptions.set(key, { ...read(key, value), committed: stringOr(value['committed'], '') });
    }
  }

  all(): ManagedSubscription[] {
    return [...this.#subscriptions.values()];
  }

  find(idOrName: string): ManagedSubscription | undefined {
    return this.all().find(
      (item) => item.developerName === idOrName || (idOrName.startsWith('18x') && sameId(item.id, idOrName)),
    );
  }

  define(settings: {
    developerName: string;
    topicName: string;
    defaultReplay?: string;
    errorRecoveryReplay?: string;
    label?: string;
  }): ManagedSubscription {
    if (this.#subscriptions.size >= SUBSCRIPTIONS_MAX)
      throw new Error(`Expected at most ${SUBSCRIPTIONS_MAX} managed subscriptions.`);
    if (this.#calls.org.bus.topic(settings.topicName) === undefined)
      throw new Error(`Expected a topic of the org, found "${settings.topicName}".`);
    const id = recordId('18x', this.#subscriptions.size + 1);
    const subscription = read(id, settings);
    this.#keep(subscription);
    return subscription;
  }

  /** STOP ends the stream and discards the committed position. */
  setState(idOrName: string, state: 'RUN' | 'STOP'): void {
    const subscription = this.find(idOrName);
    if (subscription === undefined)
      throw new Error(`Expected the id or name of a managed subscription, found "${idOrName}".`);
    subscription.state = state;
    if (state === 'STOP') {
      subscription.committed = '';
      this.#active.get(subscription.id)?.();
    }
    this.#keep(subscription);
  }

  subscribe(call: Duplex<ManagedFetchRequest>): void {
    const calls = this.#calls;
    const caller = calls.authenticate(call.metadata, 'ManagedSubscribe');
    if ('code' in caller) {
      call.emit('error', caller);
      return;
    }
    let delivery: Delivery | undefined;
    let subscription: ManagedSubscription | undefined;
    const handle = calls.track(call, 'ManagedSubscribe', caller.session.token, () => {
      delivery?.close();
      if (delivery !== undefined && subscription !== undefined) this.#active.delete(subscription.id);
    });
    call.on('data', (request: ManagedFetchRequest) => {
      if (!handle.isOpen()) return;
      if (delivery === undefined || subscription === undefined) {
        if (request.subscriptionId === '' && request.developerName === '') return handle.fail('managedEmpty');
        subscription = this.find(
          request.subscriptionId === '' ? request.developerName : request.subscriptionId,
        );
        if (subscription === undefined)
          return handle.fail(request.subscriptionId === '' ? 'managedNameNotFound' : 'managedIdNotFound');
        if (request.commit !== undefined) return handle.fail('managedCommitRestricted');
        if (subscription.state === 'STOP') return handle.fail('managedStopped');
        if (this.#active.has(subscription.id)) return handle.fail('managedActive');
        if (request.numRequested <= 0) return handle.fail('managedEventsInvalid');
        handle.setTopic(subscription.topicName);
        const log = calls.org.bus.topic(subscription.topicName)?.log;
        if (log === undefined) return handle.fail('topicNotFound');
        const sequence = this.#start(subscription);
        delivery = new Delivery(
          calls.org,
          log,
          deliveryStream(call, handle, calls.org),
          calls.timing,
          sequence,
        );
        this.#active.set(subscription.id, () => handle.fail('managedStopped'));
      } else if (request.numRequested < 0 || (request.numRequested === 0 && request.commit === undefined)) {
        return handle.fail('managedEventsInvalid');
      }
      if (request.commit !== undefined) {
        const response = writeCommitResponse(this.#commit(subscription, request.commit));
        const running = delivery;
        running.suffix = () => response;
        running.writeEmpty();
        running.suffix = () => undefined;
      }
      if (request.numRequested > 0) delivery.request(request.numRequested);
    });
  }

  #start(subscription: ManagedSubscription): number {
    const { org } = this.#calls;
    const log = org.bus.topic(subscription.topicName)?.log;
    if (log === undefined) return 0;
    const now = org.clock();
    const at = (wanted: Preset) =>
      startOf(
        { replayPreset: wanted === 'EARLIEST' ? REPLAY_EARLIEST : REPLAY_LATEST, replayId: Buffer.alloc(0) },
        log,
        now,
      );
    const first =
      subscription.committed === ''
        ? at(subscription.defaultReplay)
        : startOf(
            { replayPreset: REPLAY_CUSTOM, replayId: Buffer.from(subscription.committed, 'hex') },
            log,
            now,
          );
    const start = 'error' in first ? at(subscription.errorRecoveryReplay) : first;
    return 'error' in start ? log.end : start.sequence;
  }

  #commit(
    subscription: ManagedSubscription,
    commit: { commitRequestId: string; replayId: Buffer },
  ): CommitResponse {
    const { org } = this.#calls;
    const number = replayIdNumber(commit.replayId);
    const log = org.bus.topic(subscription.topicName)?.log;
    const valid = number !== undefined && log?.after(number, org.clock() - RETENTION_MS).kind === 'at';
    if (valid) {
      subscription.committed = commit.replayId.toString('hex');
      this.#keep(subscription);
    }
    return {
      commitRequestId: commit.commitRequestId,
      replayId: commit.replayId,
      error: valid
        ? undefined
        : {
            code: ERROR_COMMIT,
            message: 'The Replay ID validation failed. Ensure that the Replay ID is valid.',
          },
      processTime: org.clock(),
    };
  }

  #keep(subscription: ManagedSubscription): void {
    this.#subscriptions.set(subscription.id, subscription);
    this.#calls.org.storage.put('managed', subscription.id, subscription);
  }
}

function read(id: string, value: object): ManagedSubscription {
  const settings: Record<string, unknown> = { ...value };
  return {
    id,
    developerName: stringOr(settings['developerName'], ''),
    label: stringOr(settings['label'], stringOr(settings['developerName'], '')),
    topicName: stringOr(settings['topicName'], ''),
    defaultReplay: preset(settings['defaultReplay']),
    errorRecoveryReplay: preset(settings['errorRecoveryReplay']),
    state: settings['state'] === 'STOP' ? 'STOP' : 'RUN',
    committed: '',
  };
}
