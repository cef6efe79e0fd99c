import { type Faults, noFaults } from '../faults.ts';
import { isObject } from '../json.ts';
import { Apps } from '../oauth/apps.ts';
import { Tokens } from '../oauth/tokens.ts';
import { type Random, randomText, randomUuid } from '../random.ts';
import { Allocations } from './allocations.ts';
import { changeEventSchema, isFieldType, platformEventSchema } from './avro.ts';
import { eventValue } from './change-events.ts';
import { DEFAULT_CHANNELS, DEFAULT_ENTITIES, DEFAULT_PLATFORM_EVENTS } from './entities.ts';
import { EventBus, type NewEvent } from './event-bus.ts';
import {
  type ChannelDefinition,
  changeEventTopic,
  type EntityDefinition,
  type FieldDefinition,
  isCompound,
  type PlatformEventDefinition,
  platformEventTopic,
} from './fields.ts';
import { toEighteen } from './ids.ts';
import { Records } from './records.ts';
import type { Storage } from './storage.ts';
import type { LogEntry } from './topic-log.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly name: string;
  readonly email: string;
}

export interface OrgPreset {
  readonly name?: string;
  readonly entities?: readonly EntityDefinition[];
  readonly platformEvents?: readonly PlatformEventDefinition[];
  readonly channels?: readonly ChannelDefinition[];
}

/** One Salesforce org with all of its state. HTTP and gRPC are elsewhere. */
export class Org {
  readonly id: string;
  readonly name: string;
  readonly user: User;
  readonly clock: () => number;
  readonly random: Random;
  readonly storage: Storage;
  readonly faults: Faults = noFaults();
  readonly bus: EventBus;
  readonly records: Records;
  readonly apps: Apps;
  readonly tokens: Tokens;
  readonly allocations: Allocations;
  readonly #events = new Map<string, PlatformEventDefinition>();

  constructor(storage: Storage, random: Random, clock: () => number, preset: OrgPreset) {
    this.storage = storage;
    this.random = random;
    this.clock = clock;
    const known = new Map(storage.documents('org').map(({ key, value }) => [key, value]));
    const remembered = (key: string, make: () => string): string => {
      const value = known.get(key);
      if (typeof value === 'string') return value;
      const made = make();
      storage.put('org', key, made);
      return made;
    };
    this.id = remembered('id', () => toEighteen(`00D${randomText(random, 3)}00000${randomText(random, 4)}`));
    this.name = remembered('name', () => preset.name ?? 'Sluice Simulated Org');
    this.user = {
      id: remembered('userId', () => toEighteen(`005SM0000000${randomText(random, 3)}`)),
      username: remembered('username', () => `integration@${this.id.toLowerCase()}.example.com`),
      password: remembered('password', () => randomText(random, 16)),
      name: 'Integration User',
      email: 'integration@example.com',
    };
    this.allocations = new Allocations(storage);
    this.bus = new EventBus(storage, random, clock);
    this.records = new Records(storage, this.bus, random, clock, this.faults);
    this.apps = new Apps(storage, random);
    this.tokens = new Tokens(storage, random, clock, this.id);
    storage.transaction(() => this.#define(preset));
  }

  platformEvent(name: string): PlatformEventDefinition | undefined {
    return this.#events.get(name.toLowerCase());
  }

  platformEvents(): PlatformEventDefinition[] {
    return [...this.#events.values()];
  }

  /** Defines the event, or changes its fields: events published from now on carry a new schema id. */
  definePlatformEvent(definition: PlatformEventDefinition): string {
    this.#events.set(definition.name.toLowerCase(), definition);
    this.storage.put('platformEvent', definition.name, definition);
    const topic = platformEventTopic(definition.name);
    return this.bus.defineTopic(
      topic,
      'platform event',
      platformEventSchema(definition),
      definition.publishable,
    ).id;
  }

  defineEntity(definition: EntityDefinition): void {
    this.records.define(definition);
    this.storage.put('entity', definition.name, definition);
    const topic = changeEventTopic(definition.name);
    if (definition.changeEvents)
      this.bus.defineTopic(topic, 'change event', changeEventSchema(definition), false);
    else this.bus.remove(topic);
  }

  /** Adds a field to an object or a platform event, which changes its schema from the next event on. */
  addField(owner: string, field: FieldDefinition): void {
    const event = this.platformEvent(owner);
    const entity = this.records.entity(owner);
    if (event !== undefined)
      this.definePlatformEvent({
        ...event,
        fields: [...event.fields.filter((other) => other.name !== field.name), field],
      });
    else if (entity !== undefined) {
      const members = entity.members.filter((member) => isCompound(member) || member.name !== field.name);
      this.defineEntity({ ...entity, members: [...members, field] });
    } else throw new Error(`Expected the name of an object or platform event of the org, found "${owner}".`);
  }

  defineChannel(channel: ChannelDefinition): void {
    this.storage.put('channel', channel.topic, channel);
    this.bus.defineChannel(channel);
  }

  removeChannel(topic: string): void {
    this.storage.remove('channel', topic);
    this.bus.remove(topic);
  }

  /** Builds a platform event from its fields, adding the two fields that every such event has. */
  platformEventOf(name: string, fields: Record<string, unknown>, id = randomUuid(this.random)): NewEvent {
    const schema = this.bus.topic(platformEventTopic(name))?.schema;
    const definition = this.platformEvent(name);
    if (schema === undefined || definition === undefined)
      throw new Error(`Expected the name of a platform event of the org, found "${name}".`);
    const values: Record<string, unknown> = { CreatedDate: this.clock(), CreatedById: this.user.id };
    const known = ['CreatedDate', 'CreatedById', ...definition.fields.map((field) => field.name)];
    const unknown = Object.keys(fields).find((field) => !known.includes(field));
    if (unknown !== undefined)
      throw new Error(`Expected fields of ${definition.name} (${known.join(', ')}), found "${unknown}".`);
    for (const field of definition.fields) {
      const value = fields[field.name] ?? null;
      values[field.name] = typeof value === 'string' ? eventValue(field, value) : value;
    }
    for (const key of ['CreatedDate', 'CreatedById'])
      if (fields[key] !== undefined) values[key] = fields[key];
    return { id, schemaId: schema.id, payload: schema.encode(values) };
  }

  /** Counts against the hourly allocation and appends; returns no events when the allocation is used up. */
  publish(topic: string, events: readonly NewEvent[]): LogEntry[] | 'limit exceeded' {
    const now = this.clock();
    if (this.allocations.published.total(now) + events.length > this.faults.publishedLimit)
      return 'limit exceeded';
    return this.storage.transaction(() => {
      this.allocations.published.add(now, events.length);
      return this.bus.publish(topic, events);
    });
  }

  #define(preset: OrgPreset): void {
    const entities = new Map((preset.entities ?? DEFAULT_ENTITIES).map((entity) => [entity.name, entity]));
    const events = new Map(
      (preset.platformEvents ?? DEFAULT_PLATFORM_EVENTS).map((event) => [event.name, event]),
    );
    const channels = new Map(
      (preset.channels ?? DEFAULT_CHANNELS).map((channel) => [channel.topic, channel]),
    );
    // definitions made or changed while the simulator ran override the preset
    for (const { key, value } of this.storage.documents('entity'))
      if (isEntity(value)) entities.set(key, value);
    for (const { key, value } of this.storage.documents('platformEvent'))
      if (isPlatformEvent(value)) events.set(key, value);
    for (const { key, value } of this.storage.documents('channel'))
      if (isChannel(value)) channels.set(key, value);
    for (const entity of entities.values()) this.defineEntity(entity);
    for (const event of events.values()) this.definePlatformEvent(event);
    for (const channel of channels.values()) this.bus.defineChannel(channel);
  }
}

function hasName(value: unknown): value is { name: string } {
  return isObject(value) && typeof value['name'] === 'string';
}

// These three read what this program wrote (or what a test sends to the control endpoint). They check the outer shape;
// a wrong field type is detected when its schema is compiled.
export function isEntity(value: unknown): value is EntityDefinition {
  return (
    hasName(value) &&
    'members' in value &&
    Array.isArray(value.members) &&
    value.members.every(hasName) &&
    'keyPrefix' in value
  );
}

export function isPlatformEvent(value: unknown): value is PlatformEventDefinition {
  return (
    hasName(value) &&
    'fields' in value &&
    Array.isArray(value.fields) &&
    value.fields.every(isField) &&
    'publishable' in value
  );
}

export function isField(value: unknown): value is FieldDefinition {
  return hasName(value) && 'type' in value && typeof value.type === 'string' && isFieldType(value.type);
}

export function isChannel(value: unknown): value is ChannelDefinition {
  return (
    isObject(value) &&
    typeof value['topic'] === 'string' &&
    (Array.isArray(value['members']) || value['members'] === 'all change events')
  );
}
