import type { Random } from '../random.ts';
import { compileSchema, type EventSchema } from './avro.ts';
import type { ChannelDefinition } from './fields.ts';
import type { Storage } from './storage.ts';
import { type LogEntry, TopicLog } from './topic-log.ts';

/** Events are retained for 72 hours. */
export const RETENTION_MS = 72 * 3_600_000;

export interface PublishedEvent {
  readonly topic: string;
  readonly replayId: Buffer;
  readonly id: string;
  readonly schemaId: string;
  readonly at: number;
  readonly payloadBytes: Buffer;
  /** Decoded on first use; undefined if the bytes do not decode. */
  readonly payload: unknown;
}

interface Topic {
  readonly log: TopicLog;
  /** Undefined for channels, whose events have their own schemas. */
  schema: EventSchema | undefined;
  readonly kind: 'platform event' | 'change event' | 'channel';
  publishable: boolean;
}

export interface NewEvent {
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
}

/** All topics of the org, with the channels that repeat the events of others. */
export class EventBus {
  readonly #storage: Storage;
  readonly #random: Random;
  readonly #clock: () => number;
  readonly #topics = new Map<string, Topic>();
  readonly #schemas = new Map<string, EventSchema>();
  readonly #channels = new Map<string, ChannelDefinition>();
  /** By member topic, the channels that carry it; built from the definitions whenever they change. */
  #carriers = new Map<string, TopicLog[]>();
  #listener: ((topic: string, entry: LogEntry) => void) | undefined;

  constructor(storage: Storage, random: Random, clock: () => number) {
    this.#storage = storage;
    this.#random = random;
    this.#clock = clock;
    for (const { value } of storage.documents('schema')) {
      if (typeof value === 'string') this.#keepSchema(compileSchema(value));
    }
    for (const event of storage.events()) this.#topic(event.topic, 'channel', true).log.restore(event);
  }

  onAppend(listener: (topic: string, entry: LogEntry) => void): void {
    this.#listener = listener;
  }

  schema(id: string): EventSchema | undefined {
    return this.#schemas.get(id);
  }

  topic(name: string): Topic | undefined {
    const topic = this.#topics.get(name);
    // the restored log of a channel that no longer exists is for the ledger only
    return topic?.kind === 'channel' && !this.#channels.has(name) ? undefined : topic;
  }

  logs(): TopicLog[] {
    return [...this.#topics.values()].map((topic) => topic.log);
  }

  /** Creates the topic, or gives it a new schema; earlier events keep their own. */
  defineTopic(
    name: string,
    kind: 'platform event' | 'change event',
    schemaJson: string,
    publishable: boolean,
  ): EventSchema {
    const compiled = compileSchema(schemaJson);
    const schema = this.#schemas.get(compiled.id) ?? compiled;
    if (schema === compiled) {
      this.#keepSchema(compiled);
      this.#storage.put('schema', compiled.id, schemaJson);
    }
    const known = this.#topics.get(name);
    if (known !== undefined && known.kind === kind) {
      known.schema = schema;
      known.publishable = publishable;
    } else {
      const log = known?.log ?? this.#newLog(name);
      this.#topics.set(name, { log, schema, kind, publishable });
    }
    this.#connectChannels();
    return schema;
  }

  defineChannel(channel: ChannelDefinition): void {
    this.#channels.set(channel.topic, channel);
    this.#topic(channel.topic, 'channel', false);
    this.#connectChannels();
  }

  /** Removes a channel or a topic from the org; its log remains for the ledger. */
  remove(name: string): void {
    this.#channels.delete(name);
    this.#topics.delete(name);
    this.#connectChannels();
  }

  channels(): ChannelDefinition[] {
    return [...this.#channels.values()];
  }

  /** Appends to the topic and to every channel that carries it, in one transaction, and wakes their readers. */
  publish(topicName: string, events: readonly NewEvent[]): LogEntry[] {
    const topic = this.topic(topicName);
    if (topic === undefined) return [];
    const logs = [topic.log, ...(this.#carriers.get(topicName) ?? [])];
    const now = this.#clock();
    const entries: LogEntry[] = [];
    this.#storage.transaction(() => {
      for (const event of events) {
        for (const log of logs) {
          const entry = log.append(now, event.id, event.schemaId, event.payload);
          if (log === topic.log) entries.push(entry);
          this.#listener?.(log.topic, entry);
        }
      }
    });
    for (const log of logs) log.wake();
    return entries;
  }

  /** Invalidates every replay id issued so far. */
  reset(topicName?: string): void {
    const now = this.#clock();
    this.#storage.transaction(() => {
      for (const topic of this.#topics.values()) {
        if (topicName === undefined || topic.log.topic === topicName) topic.log.reset(now);
      }
    });
  }

  /** Drops events a day after their retention ends; the real bus also purges late. */
  purge(): void {
    const oldest = this.#clock() - RETENTION_MS - 24 * 3_600_000;
    this.#storage.transaction(() => {
      for (const topic of this.#topics.values()) topic.log.purge(oldest);
    });
  }

  #topic(name: string, kind: Topic['kind'], restored: boolean): Topic {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const log = restored ? new TopicLog(name, this.#storage, this.#random) : this.#newLog(name);
    const topic: Topic = { log, schema: undefined, kind, publishable: false };
    this.#topics.set(name, topic);
    return topic;
  }

  #newLog(name: string): TopicLog {
    const log = new TopicLog(name, this.#storage, this.#random);
    log.start(this.#clock());
    return log;
  }

  #keepSchema(schema: EventSchema): void {
    this.#schemas.set(schema.id, schema);
  }

  #connectChannels(): void {
    const carriers = new Map<string, TopicLog[]>();
    for (const channel of this.#channels.values()) {
      const log = this.#topics.get(channel.topic)?.log;
      if (log === undefined) continue;
      for (const [name, topic] of this.#topics) {
        const carried =
          channel.members === 'all change events'
            ? topic.kind === 'change event'
            : channel.members.includes(name);
        if (carried) carriers.set(name, [...(carriers.get(name) ?? []), log]);
      }
    }
    this.#carriers = carriers;
  }
}
