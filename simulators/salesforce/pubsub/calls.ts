import type { Metadata, ServerDuplexStream } from '@grpc/grpc-js';
import { type StreamEnding, takeFault } from '../faults.ts';
import type { Session } from '../oauth/tokens.ts';
import { sameId } from '../org/ids.ts';
import type { Org } from '../org/org.ts';
import { randomUuid } from '../random.ts';
import {
  type ErrorContext,
  type ErrorName,
  endingFailure,
  failure,
  failureWithCode,
  type GrpcFailure,
} from './errors.ts';
import type { Timing } from './timing.ts';
import type { FetchRequest, ManagedFetchRequest, PublishRequest } from './wire.ts';

export type Duplex<Request> = ServerDuplexStream<Request, Buffer>;

export interface Caller {
  readonly session: Session;
  readonly tenant: string;
}

/** An open stream, for the faults that end streams from outside. */
interface OpenStream {
  readonly topic: () => string;
  readonly token: string;
  end(ending: StreamEnding): void;
  fail(error: ErrorName): void;
}

/** What all RPCs of the Pub/Sub API share: authentication, permissions, the open streams, and how a call fails. */
export class Calls {
  readonly org: Org;
  readonly timing: Timing;
  readonly #streams = new Set<OpenStream>();

  constructor(org: Org, timing: Timing) {
    this.org = org;
    this.timing = timing;
  }

  get openStreams(): { topic: string }[] {
    return [...this.#streams].map((stream) => ({ topic: stream.topic() }));
  }

  endStreams(
    ending: StreamEnding,
    matches: (stream: { topic: string; token: string }) => boolean = () => true,
  ): number {
    const chosen = [...this.#streams].filter((stream) =>
      matches({ topic: stream.topic(), token: stream.token }),
    );
    for (const stream of chosen) stream.end(ending);
    return chosen.length;
  }

  /** Ends all reads of this topic with a refusal, as when a permission is revoked or a channel deleted. */
  refuseStreams(topic: string, error: ErrorName): void {
    for (const stream of [...this.#streams]) if (stream.topic() === topic) stream.fail(error);
  }

  fail(error: ErrorName, rpc: string, topic = ''): GrpcFailure {
    return failure(error, this.#context(rpc, topic));
  }

  #context(rpc: string, topic: string): ErrorContext {
    return { rpc, topic, tenant: this.tenant, random: this.org.random };
  }

  get tenant(): string {
    return `CORE/prod/${this.org.id}`;
  }

  /** Checks the three headers that every call carries. */
  authenticate(metadata: Metadata, rpc: string, topic = ''): Caller | GrpcFailure {
    if (takeFault(this.org.faults, 'nextServiceUnavailable'))
      return this.fail('serviceUnavailable', rpc, topic);
    const code = this.org.faults.errorCodesToCome.shift();
    if (code !== undefined && code !== '') return failureWithCode(code, this.#context(rpc, topic));
    const [token, instance, tenant] = ['accesstoken', 'instanceurl', 'tenantid'].map((name) => {
      const value = metadata.get(name)[0];
      return typeof value === 'string' ? value.trim() : '';
    });
    if (
      token === undefined ||
      token === '' ||
      instance === undefined ||
      instance === '' ||
      tenant === undefined ||
      tenant === ''
    ) {
      return this.fail('headersInvalid', rpc, topic);
    }
    const session = this.org.tokens.use(token);
    if (session === undefined || !sameId(tenant, this.org.id)) return this.fail('authError', rpc, topic);
    return { session, tenant: this.tenant };
  }

  /** Why this user may not read the topic; undefined if the user may. */
  subscribeRefusal(topicName: string): ErrorName | undefined {
    if (topicName === '') return 'topicEmpty';
    if (this.org.bus.topic(topicName) === undefined) return 'topicNotFound';
    return this.org.faults.deniedSubscribe.includes(topicName) ? 'cannotSubscribe' : undefined;
  }

  canPublish(topicName: string): boolean {
    return (
      this.org.bus.topic(topicName)?.publishable === true &&
      !this.org.faults.deniedPublish.includes(topicName)
    );
  }

  rpcId(): string {
    return randomUuid(this.org.random);
  }

  /** Registers an open stream; `end` and `fail` close it once. */
  track(
    call: Duplex<never> | Duplex<FetchRequest> | Duplex<ManagedFetchRequest> | Duplex<PublishRequest>,
    rpc: string,
    token: string,
    onClose: () => void,
  ): StreamHandle {
    let open = true;
    let topic = '';
    const close = (error: GrpcFailure | undefined): void => {
      if (!open) return;
      open = false;
      this.#streams.delete(stream);
      onClose();
      if (error === undefined) call.end();
      else call.emit('error', error);
    };
    const stream: OpenStream = {
      topic: () => topic,
      token,
      end: (ending) =>
        close(endingFailure(ending, { rpc, topic, tenant: this.tenant, random: this.org.random })),
      fail: (error) => close(this.fail(error, rpc, topic)),
    };
    this.#streams.add(stream);
    call.on('cancelled', () => close(undefined));
    call.on('end', () => close(undefined));
    return {
      setTopic: (name) => {
        topic = name;
      },
      isOpen: () => open,
      close,
      fail: stream.fail,
      end: stream.end,
    };
  }
}

export interface StreamHandle {
  setTopic(name: string): void;
  isOpen(): boolean;
  close(error: GrpcFailure | undefined): void;
  fail(error: ErrorName): void;
  end(ending: StreamEnding): void;
}

export function deliveryStream(
  call: Duplex<FetchRequest> | Duplex<ManagedFetchRequest>,
  handle: StreamHandle,
  org: Org,
) {
  return {
    write: (response: Buffer) => call.write(response),
    onDrain: (listener: () => void) => {
      call.on('drain', listener);
    },
    fail: (error: ErrorName) => handle.fail(error),
    drop: () => handle.end(org.faults.dropStreamEnding),
  };
}
