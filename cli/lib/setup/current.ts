import * as v from 'valibot';
import { isJsonObject } from '../../../src/base/json.ts';
import { Publication } from '../../../src/management/publications/schema.ts';
import { Stream as StreamAnswer } from '../../../src/management/streams/schema.ts';
import { Subscription } from '../../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../../src/platforms/sources.ts';
import { TARGETS } from '../../../src/platforms/targets.ts';
import { expectShape } from '../api-client.ts';
import { AuthorizationAnswer, aliasOf } from '../authorization-display.ts';
import { Failure } from '../failure.ts';
import { reading } from '../reading.ts';
import {
  AUTHORIZATION_RULES,
  allRules,
  isOfFlow,
  PAUSED,
  type Rules,
  rulesOf,
  type SettingRule,
  STREAM_RULES,
} from './rules.ts';
import type { Item, Resource, ResourceKind, SecretReference, Setup, Stream } from './setup.ts';
import { titleOf } from './setup.ts';
import { isUsual } from './values.ts';
import { VariableNames } from './variable-names.ts';

/** The answers of the API's list operations. */
export interface Answers {
  readonly authorizations: unknown;
  readonly subscriptions: unknown;
  readonly publications: unknown;
  readonly streams: unknown;
}

export interface Current extends Setup {
  /** The login state of the authorizations, by alias. */
  readonly logins: ReadonlyMap<string, Login>;
  /** Settings that a newer service shows and this version does not know, one sentence each. */
  readonly unknown: readonly string[];
}

/** The login state of an authorization. */
export interface Login {
  /** `pending`, `active`, `failing` or `dead`. */
  readonly status: string;
  /** The address at which a person has to log in, if a login is pending. */
  readonly address: string | undefined;
  readonly reason: string | undefined;
}

const ANSWERS = {
  subscription: reading(Subscription, 'platform', 'params'),
  publication: reading(Publication, 'platform', 'params'),
};

/** The app's present resources, as a file describes them. */
export function currentOf(answers: Answers): Current {
  const variables = new VariableNames();
  // Use the order of the file rather than that of the answer, so that variables get the same names each time.
  const authorizations = byName(
    listOf(AuthorizationAnswer, answers.authorizations, 'authorizations'),
    aliasOf,
  );
  const unknown: string[] = [];
  const resources = (kind: 'subscription' | 'publication', answer: unknown) =>
    byName(listOf(ANSWERS[kind], answer, `${kind}s`), ({ name }) => name).map((each) => {
      unknown.push(...unknownParams(kind, each.name, each.platform, each.params));
      return resourceOf(kind, each.name, each.platform, { ...each }, variables);
    });
  // A listener is somebody's laptop for a day, and is not part of the app's setup.
  const listeners = new Set(
    listOf(ANSWERS.publication, answers.publications, 'publications')
      .filter(({ params }) => Object.hasOwn(params, 'listener'))
      .map(({ name }) => name),
  );
  return {
    authorizations: authorizations.map((each) =>
      resourceOf('authorization', aliasOf(each), 'salesforce', { ...each }, variables),
    ),
    subscriptions: resources('subscription', answers.subscriptions),
    publications: resources('publication', answers.publications).filter(({ name }) => !listeners.has(name)),
    streams: listOf(reading(StreamAnswer, 'source', 'target'), answers.streams, 'streams')
      .map((each) => streamOf({ ...each }))
      .filter(({ target }) => !listeners.has(target))
      .sort((one, other) => compare(one.source, other.source) || compare(one.target, other.target)),
    logins: new Map(authorizations.map((each) => [aliasOf(each), loginOf(each)])),
    unknown,
  };
}

/** The same for a single answer, e.g. after a change. */
export function currentItem(like: Item, answer: unknown): Item {
  const fields = expectShape(v.looseObject({}), answer, titleOf(like));
  return like.kind === 'stream'
    ? streamOf(fields)
    : resourceOf(like.kind, like.name, like.platform, fields, new VariableNames());
}

export function loginOf({ status, params, extra, reason }: AuthorizationAnswer): Login {
  return {
    status: status ?? (params.url === undefined ? 'pending' : 'active'),
    address: extra?.redirect_uri,
    reason: reason?.message,
  };
}

type Answer = { readonly [name: string]: unknown };

function resourceOf(
  kind: ResourceKind,
  name: string,
  platform: string,
  answer: Answer,
  variables: VariableNames,
): Resource {
  const rules = rulesOf(kind, platform);
  if (rules === undefined) throw new Failure(unknownPlatform(kind, name, platform));
  const settings = new Map<string, unknown>();
  const secrets = new Map<string, SecretReference>();
  for (const rule of rules.settings) {
    if (rule.notKept !== undefined) continue;
    if (kind === 'authorization' && !isOfFlow(rule.name, answer['flow'])) continue;
    if (rule.secret !== undefined) {
      if (isSet(rule, answer)) secrets.set(rule.name, { env: variables.next(kind, name, rule.name) });
      continue;
    }
    const value = shownValue(rule, answer);
    if (!isUsual(rule, value)) settings.set(rule.name, value);
  }
  return { kind, name, platform, settings, secrets };
}

function streamOf(answer: Answer): Stream {
  const settings = new Map<string, unknown>();
  for (const rule of STREAM_RULES.settings) {
    const value = shownValue(rule, answer);
    if (!isUsual(rule, value)) settings.set(rule.name, value);
  }
  return { kind: 'stream', source: nameOf(answer['source']), target: nameOf(answer['target']), settings };
}

function nameOf(end: unknown): string {
  return isJsonObject(end) ? String(end['name']) : '';
}

function shownValue({ name, shown }: SettingRule, answer: Answer): unknown {
  if (name === PAUSED) return answer['paused'] ?? answer['state'] === 'paused';
  return shown === 'params' ? paramsOf(answer)[name] : answer[name];
}

/** Whether a secret, or a setting that is set together with one, is set. */
export function isSet({ setWhen }: Pick<SettingRule, 'setWhen'>, answer: Answer): boolean {
  if (setWhen === undefined) return false;
  const value = paramsOf(answer)[setWhen.param] ?? answer[setWhen.param];
  if (Array.isArray(value)) return setWhen.is === undefined ? value.length > 0 : value.includes(setWhen.is);
  return setWhen.is === undefined ? value !== undefined && value !== null : value === setWhen.is;
}

function paramsOf(answer: Answer): Answer {
  const { params } = answer;
  return isJsonObject(params) ? params : {};
}

function unknownPlatform(kind: ResourceKind, name: string, platform: string): string {
  const known = kind === 'authorization' ? [AUTHORIZATION_RULES] : allRules(kind);
  return `${kind} ${name} is of the platform ${platform}, which this version of the command does not know (it knows ${platformsOf(known)}): use the version of the service`;
}

function platformsOf(known: readonly Rules[]): string {
  return known.map(({ platform }) => platform).join(', ');
}

function unknownParams(
  kind: 'subscription' | 'publication',
  name: string,
  platform: string,
  params: object,
): readonly string[] {
  const platforms: readonly { readonly name: string; readonly fields: { readonly params: object } }[] =
    kind === 'subscription' ? SOURCES : TARGETS;
  const known = platforms.find((each) => each.name === platform)?.fields.params ?? {};
  return Object.keys(params)
    .filter((param) => !(param in known))
    .map((param) => `"${param}" of ${kind} ${name} is not known to this version, and is left out`);
}

function listOf<const S extends v.GenericSchema>(schema: S, answer: unknown, what: string) {
  return expectShape(v.array(schema), answer, `the ${what}`);
}

function byName<T>(resources: readonly T[], nameOf: (resource: T) => string): readonly T[] {
  return [...resources].sort((one, other) => compare(nameOf(one), nameOf(other)));
}

/** Compares by code unit, so that the order does not depend on the computer's language. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
