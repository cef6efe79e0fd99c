import { isJsonObject, type JsonObject } from '../src/base/json.ts';
import type { Value } from './json-of.ts';

// Removes what an assistant must not see from an answer: payloads unless its user allowed them, and all secrets.

/** What opens something, by its name in an answer; and how a person gets it. */
const SECRETS: Readonly<Record<string, string>> = {
  signing_secret: 'events:publications:rotate-secret',
  token: 'tokens:create',
  password: 'credentials:rotate',
  publish_url: 'config',
  subscribe_url: 'config',
  // Where its sender does not sign, the address is all that is asked for.
  inbound_url: 'events:subscriptions:info',
};

/** Fields with content from outside: payloads, and receivers' answers, which may repeat payloads. */
const PAYLOADS: ReadonlySet<string> = new Set(['answer', 'payload', 'body', 'data', 'data_base64']);

/** Texts from a receiver, an org, a decoder or a filter that may quote a payload. */
const TEXTS_ABOUT_EVENTS: ReadonlySet<string> = new Set(['state_reason', 'reason']);
/** Fields whose `message` is such a text. */
const ABOUT_EVENTS: ReadonlySet<string> = new Set(['attempts', 'examples', 'last_error', 'error', 'fields']);

/** Attributes of an event that are always shown, because events are listed and looked up by them. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
]);

/** Errors whose message is entirely Sluice's own: it names the URL and nothing of the event. */
const OWN_ERRORS: ReadonlySet<string> = new Set([
  'address-not-allowed',
  'address-not-public',
  'answer-headers-too-large',
  'authorization-gone',
  'backlog-full',
  'connect-timeout',
  'connection-closed',
  'connection-refused',
  'connection-reset',
  'connections-busy',
  'host-unreachable',
  'name-not-found',
  'name-not-resolved',
  'not-http',
  'not-pulled',
  'rate-limited',
  'timeout',
  'tls-failed',
]);

/** The answer in the form that an assistant may see. */
export function shownValue(value: Value, showsPayloads: boolean): Value {
  return walk(value, '', showsPayloads);
}

function walk(value: Value, holder: string, showsPayloads: boolean): Value {
  if (Array.isArray(value)) return value.map((item) => walk(item, holder, showsPayloads));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, field(name, part, value, holder, showsPayloads)]),
  );
}

function field(
  name: string,
  value: Value,
  parent: JsonObject,
  holder: string,
  showsPayloads: boolean,
): Value {
  if (value === null || typeof value === 'boolean') return value;
  const command = Object.hasOwn(SECRETS, name) ? SECRETS[name] : undefined;
  if (command !== undefined && typeof value === 'string') {
    return `[secret: not for an assistant; a person gets one by sluice ${command}]`;
  }
  if (showsPayloads) return walk(value, name, showsPayloads);
  if (PAYLOADS.has(name)) return withheld(value);
  if (name === 'event' && isJsonObject(value)) return attributesOf(value);
  if (typeof value !== 'string') return walk(value, name, showsPayloads);
  const isText = TEXTS_ABOUT_EVENTS.has(name) || (name === 'message' && ABOUT_EVENTS.has(holder));
  return isText || (holder === 'fields' && (name === 'reason' || name === 'error'))
    ? messageOf(value, parent)
    : value;
}

function attributesOf(event: JsonObject): Value {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, ATTRIBUTES.has(name) ? value : withheld(value)]),
  );
}

/** The position at which a filter failed, which may be shown; the value found there may be payload. */
const PLACE_IN_FILTER = /^failed assignment \(line \d{1,6}\)/;

function messageOf(message: string, { error_id, errorId, id }: JsonObject): string {
  const error = error_id ?? errorId ?? id;
  if (typeof error === 'string' && OWN_ERRORS.has(error)) return message;
  const place = PLACE_IN_FILTER.exec(message)?.[0];
  return place === undefined ? withheld(message) : `${place}: ${withheld(message)}`;
}

export function withheld(value: Value): string {
  const length = typeof value === 'string' ? value.length : undefined;
  return length === undefined ? '[withheld: payload]' : `[withheld: payload, ${length} characters]`;
}
