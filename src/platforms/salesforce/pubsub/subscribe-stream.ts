import { type ServiceError, status } from '@grpc/grpc-js';
import type { SalesforceSession } from '../../../domain/authorizations/authorization.ts';
import type { PubSubClient } from './client.ts';
import type { FetchRequest, FetchResponse } from './messages.ts';
import { classifyRpcError, type RpcFailure } from './rpc-failure.ts';

/** The most events that Salesforce keeps outstanding on one stream. */
export const OUTSTANDING_EVENTS_MAX = 100;
/**
 * A stream with requested events sends a frame, possibly empty, at least every 270 s: Salesforce promises that, and
 * some orgs take all of it. Another half minute allows for the network. The connection's own pings detect a dead
 * connection sooner: see `connectPubSub`.
 */
export const SILENCE_MS_MAX = 300_000;

export type StreamStart =
  | { readonly preset: 'LATEST' | 'EARLIEST' }
  | { readonly preset: 'CUSTOM'; readonly replayId: Buffer };

export type StreamNext =
  | { readonly kind: 'frame'; readonly frame: FetchResponse }
  | ({ readonly kind: 'ended' } & EndedBy);
export type EndedBy = { readonly by: 'us' } | { readonly by: 'failure'; readonly failure: RpcFailure };

/**
 * One Subscribe call. Frames wait in order until they are taken; at most `OUTSTANDING_EVENTS_MAX` events can wait,
 * because no more are requested than were accepted.
 */
export class SubscribeStream {
  readonly #call: ReturnType<PubSubClient['subscribe']>;
  readonly #topicName: string;
  readonly #silenceMsMax: number;
  readonly #frames: FetchResponse[] = [];
  #outstanding = 0;
  #ended: EndedBy | undefined;
  #waiting: ((next: StreamNext) => void) | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(
    client: PubSubClient,
    session: SalesforceSession,
    topicName: string,
    start: StreamStart,
    silenceMsMax: number = SILENCE_MS_MAX,
  ) {
    this.#topicName = topicName;
    this.#silenceMsMax = silenceMsMax;
    this.#call = client.subscribe(session);
    this.#call.on('data', (frame: FetchResponse) => this.#take(frame));
    // The listener is never removed: a cancelled call still emits an error, which would otherwise end the process.
    this.#call.on('error', (error: ServiceError) => this.#end(endedBy(error)));
    this.#call.on('end', () => this.#end(CLOSED_BY_SERVER));
    this.#watch();
    this.#write(
      start.preset === 'CUSTOM'
        ? {
            topicName,
            replayPreset: 'CUSTOM',
            replayId: start.replayId,
            numRequested: OUTSTANDING_EVENTS_MAX,
          }
        : { topicName, replayPreset: start.preset, numRequested: OUTSTANDING_EVENTS_MAX },
    );
  }

  /** Returns the next frame, or why there is none. One caller at a time. */
  next(): Promise<StreamNext> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve({ kind: 'frame', frame });
    if (this.#ended !== undefined) return Promise.resolve({ kind: 'ended', ...this.#ended });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Requests as many events as were accepted. */
  request(acceptedCount: number): void {
    const wanted = Math.min(acceptedCount, OUTSTANDING_EVENTS_MAX - this.#outstanding);
    if (wanted > 0) this.#write({ topicName: this.#topicName, numRequested: wanted });
  }

  /** Cancels the call; frames that were not taken are dropped. */
  close(): void {
    this.#frames.length = 0;
    this.#end({ by: 'us' });
  }

  #write(request: FetchRequest): void {
    if (this.#ended !== undefined) return;
    this.#outstanding += request.numRequested;
    this.#call.write(request);
  }

  #take(frame: FetchResponse): void {
    if (this.#ended !== undefined) return;
    this.#watch();
    this.#outstanding = Math.max(0, this.#outstanding - frame.events.length);
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#frames.push(frame);
    } else {
      this.#waiting = undefined;
      waiting({ kind: 'frame', frame });
    }
  }

  #watch(): void {
    // Refreshing a timer is much cheaper than creating one, and frames come by the thousand.
    if (this.#watchdog === undefined) {
      this.#watchdog = setTimeout(() => this.#silent(), this.#silenceMsMax);
    } else {
      this.#watchdog.refresh();
    }
  }

  #silent(): void {
    // The server is not silent if frames wait for us, or if nothing was requested on the stream.
    if (this.#frames.length > 0 || this.#outstanding === 0) {
      this.#watchdog?.refresh();
      return;
    }
    this.#end({
      by: 'failure',
      failure: {
        kind: 'retry',
        id: 'stream-silent',
        message: `The stream was open, but nothing came for ${Math.round(this.#silenceMsMax / 1_000)} s, not even a keepalive`,
      },
    });
  }

  #end(ended: EndedBy): void {
    if (this.#ended !== undefined) return;
    this.#ended = ended;
    clearTimeout(this.#watchdog);
    this.#call.cancel();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.({ kind: 'ended', ...ended });
  }
}

const CLOSED_BY_SERVER: EndedBy = {
  by: 'failure',
  failure: { kind: 'retry', id: 'stream-closed', message: 'Salesforce closed the stream' },
};

function endedBy(error: ServiceError): EndedBy {
  // Only we cancel calls, and then the stream has ended before the error arrives.
  if (error.code === status.CANCELLED) return CLOSED_BY_SERVER;
  return { by: 'failure', failure: classifyRpcError(error) };
}
