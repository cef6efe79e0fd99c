import { distance } from 'fastest-levenshtein';
import * as v from 'valibot';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { quoted } from '../../../src/domain/fields.ts';
import { nameFault, publicationNameFault } from '../../../src/domain/names.ts';
import { Failure } from '../failure.ts';
import { type Flow, REQUIRED_FIELDS } from '../salesforce-credentials.ts';
import {
  AUTHORIZATION_RULES,
  allRules,
  isOfFlow,
  type Rules,
  rulesOf,
  type SettingRule,
  STREAM_RULES,
} from './rules.ts';
import type { Resource, ResourceKind, SecretReference, Setup, Stream } from './setup.ts';
import { titleOf } from './setup.ts';
import { SECTIONS, SETUP_VERSION } from './setup-text.ts';

/** The limit of a file: an app may have some hundred resources, with mappings of some kilobytes. */
export const SETUP_BYTES_MAX = 1_048_576;
/** The number of faults to report at once. */
const FAULTS_TOLD_MAX = 20;
/** How many of the file's aliases may be followed: they can expand a small file to a large value. */
const ALIASES_MAX = 100;

export interface Fault {
  readonly line: number | undefined;
  readonly message: string;
}

/**
 * Reads a file for `sluice apply`.
 * @param from the name of the file in messages
 * @throws Failure with the line of each fault
 */
export async function readSetup(text: string, from: string): Promise<Setup> {
  if (Buffer.byteLength(text) > SETUP_BYTES_MAX) {
    throw new Failure(`${from}: expected at most ${SETUP_BYTES_MAX} bytes, found ${Buffer.byteLength(text)}`);
  }
  const reader = new SetupReader(text);
  const setup = reader.read();
  // The engine and its library are large, so load them only for a file with filters.
  if (reader.filters.length > 0) {
    const { compileFilter } = await import('../../../src/pipeline/route/filter.ts');
    for (const { filter, line, stream } of reader.filters) {
      const compiled = compileFilter(filter);
      if (!compiled.ok)
        reader.faults.push({
          line,
          message: `the filter of the ${stream} does not compile:\n${compiled.message}`,
        });
    }
  }
  throwFaults(reader.faults, from);
  return setup;
}

/** Throws if there are any faults. */
export function throwFaults(faults: readonly Fault[], from: string): void {
  if (faults.length === 0) return;
  const ordered = [...faults].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const lines = ordered
    .slice(0, FAULTS_TOLD_MAX)
    .map(({ line, message }) => `${from}${line === undefined ? '' : `:${line}`}: ${message}`);
  const more = ordered.length - lines.length;
  throw new Failure([...lines, ...(more > 0 ? [`and ${more} more`] : []), 'Nothing was changed.'].join('\n'));
}

class SetupReader {
  readonly faults: Fault[] = [];
  readonly filters: {
    readonly filter: string;
    readonly line: number | undefined;
    readonly stream: string;
  }[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    // `uniqueKeys` reports a duplicate name as a fault with its line.
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      uniqueKeys: true,
      prettyErrors: false,
      stringKeys: false,
    });
  }

  read(): Setup {
    const setup: Setup = { authorizations: [], subscriptions: [], publications: [], streams: [] };
    const { errors, contents } = this.#document;
    for (const error of errors) {
      this.#fault(
        error.pos[0],
        error.code === 'DUPLICATE_KEY' ? 'expected each name once, found it again' : error.message,
      );
    }
    // After a syntax error, the parser may misread the rest of the file.
    if (errors.length > 0) return setup;
    if (!isMap(contents)) {
      this.#fault(
        0,
        `expected a setup, which begins with "sluice: ${SETUP_VERSION}", found ${kindOf(contents)}`,
      );
      return setup;
    }
    if (!this.#checkVersion(contents.items)) return setup;
    const read = { ...setup };
    for (const pair of contents.items) {
      const section = this.#key(pair);
      if (section === 'sluice') continue;
      if (section === 'streams') read.streams = this.#streams(pair);
      else if (isSection(section)) read[section] = this.#resources(SECTIONS[section], pair);
      else this.#unknownKey(pair, section, ['sluice', ...Object.keys(SECTIONS), 'streams']);
    }
    return read;
  }

  #checkVersion(items: readonly Pair[]): boolean {
    const pair = items.find((each) => this.#key(each) === 'sluice');
    if (pair === undefined) {
      this.#fault(
        0,
        `expected "sluice: ${SETUP_VERSION}" at the top, which says what kind of file it is, found no such line`,
      );
      return false;
    }
    const version = this.#value(pair.value);
    if (version === SETUP_VERSION) return true;
    this.#fault(
      pair,
      `expected "sluice: ${SETUP_VERSION}", found ${found(version)}: this version of the command reads ${SETUP_VERSION} only`,
    );
    return false;
  }

  #resources(kind: ResourceKind, { key, value }: Pair): readonly Resource[] {
    if (this.#isEmpty(value)) return [];
    const node = this.#resolved(value);
    if (!isMap(node)) {
      this.#fault(value ?? key, `expected the ${kind}s by name, found ${kindOf(node)}`);
      return [];
    }
    return node.items.flatMap((pair) => this.#resource(kind, pair) ?? []);
  }

  #resource(kind: ResourceKind, pair: Pair): Resource | undefined {
    const name = this.#key(pair);
    const fault = kind === 'publication' ? publicationNameFault(name) : nameFault(name);
    if (fault !== undefined) this.#fault(pair, fault);
    const title = `${kind} ${name}`;
    const node = this.#resolved(pair.value);
    if (!isMap(node)) {
      this.#fault(pair, `expected the settings of ${title}, found ${kindOf(node)}`);
      return undefined;
    }
    const rules = this.#rules(kind, title, pair, node.items);
    if (rules === undefined) return undefined;
    const fields =
      kind === 'authorization' ? node.items : node.items.filter((each) => this.#key(each) !== 'platform');
    const { settings, secrets } = this.#settings(rules, title, pair, fields);
    if (kind === 'authorization') this.#checkFlow(title, pair, settings, secrets);
    return {
      kind,
      name,
      platform: rules.platform,
      settings,
      secrets,
      line: this.#lineOf(pair),
    };
  }

  #rules(kind: ResourceKind, title: string, pair: Pair, items: readonly Pair[]): Rules | undefined {
    if (kind === 'authorization') return AUTHORIZATION_RULES;
    const known = allRules(kind).map(({ platform }) => platform);
    const given = items.find((each) => this.#key(each) === 'platform');
    const platform = given === undefined ? undefined : this.#value(given.value);
    const rules = typeof platform === 'string' ? rulesOf(kind, platform) : undefined;
    if (rules === undefined) {
      const near = typeof platform === 'string' ? nearest(platform, known) : undefined;
      this.#fault(
        given ?? pair,
        `expected "platform" of ${title} to be one of ${known.join(', ')}, found ${given === undefined ? 'none' : found(platform)}${near === undefined ? '' : `: is it ${near}?`}`,
      );
    }
    return rules;
  }

  #settings(
    rules: Rules,
    title: string,
    owner: Pair | Node,
    items: readonly Pair[],
  ): { readonly settings: Map<string, unknown>; readonly secrets: Map<string, SecretReference> } {
    const settings = new Map<string, unknown>();
    const secrets = new Map<string, SecretReference>();
    for (const pair of items) {
      const name = this.#key(pair);
      const rule = rules.settings.find((each) => each.name === name);
      if (rule === undefined) this.#unknownSetting(rules, title, pair, name);
      else if (rule.notKept !== undefined) {
        this.#fault(pair, `"${name}" of ${title} is not for a file: ${rule.notKept}`);
      } else if (this.#isEmpty(pair.value)) continue;
      else if (rule.secret !== undefined) {
        const reference = this.#reference(title, name, pair);
        if (reference !== undefined) secrets.set(name, reference);
      } else {
        const value = this.#checked(rule, title, pair);
        if (value !== undefined) settings.set(name, value);
      }
    }
    const missing = rules.settings.filter(
      ({ name, isRequired }) =>
        isRequired && !items.some((each) => this.#key(each) === name && !this.#isEmpty(each.value)),
    );
    if (missing.length > 0) {
      const names = missing.map(({ name }) => `"${name}"`).join(' and ');
      this.#fault(
        owner,
        `expected ${names} of ${title}, found ${missing.length > 1 ? 'none of them' : 'it missing'}`,
      );
    }
    return { settings, secrets };
  }

  #checked({ name, schema }: SettingRule, title: string, pair: Pair): unknown {
    const value = this.#value(pair.value);
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return value;
    const [issue] = parsed.issues;
    // A rule for which valibot has no message brings its own sentence.
    const message =
      issue.kind === 'validation' && issue.expected === null
        ? issue.message
        : `expected "${name}" to be ${EXPECTED[issue.expected ?? ''] ?? issue.expected ?? 'something else'}, found ${found(issue.input)}`;
    this.#fault(pair, `${title}: ${message}`);
    return undefined;
  }

  #reference(title: string, name: string, pair: Pair): SecretReference | undefined {
    const node = this.#resolved(pair.value);
    const entries = isMap(node)
      ? node.items.map((each): [string, unknown] => [this.#key(each), this.#value(each.value)])
      : [];
    const [[kind, value] = []] = entries;
    if (entries.length === 1 && typeof value === 'string' && value !== '') {
      if (kind === 'env' && VARIABLE.test(value)) return { env: value };
      if (kind === 'file') return { file: value };
    }
    // Do not repeat the value that was found: it may be the secret itself.
    this.#fault(
      pair,
      `expected "${name}" of ${title} to say where the secret is, { env: NAME_OF_A_VARIABLE } or { file: PATH }, found something else. The secret itself does not belong into this file`,
    );
    return undefined;
  }

  #checkFlow(
    title: string,
    pair: Pair,
    settings: Map<string, unknown>,
    secrets: Map<string, SecretReference>,
  ): void {
    const flow = settings.get('flow');
    if (flow === undefined) return;
    const given = [...settings.keys(), ...secrets.keys()];
    const unused = given.filter((name) => !isOfFlow(name, flow));
    if (unused.length > 0) {
      this.#fault(
        pair,
        `${title}: ${list(unused)} ${unused.length > 1 ? 'are' : 'is'} not for the flow ${String(flow)}: leave it out`,
      );
    }
    const missing = (REQUIRED_FIELDS.get(flow as Flow) ?? []).filter((name) => !given.includes(name));
    if (missing.length > 0)
      this.#fault(pair, `${title}: the flow ${String(flow)} needs ${list(missing)} as well`);
  }

  #streams({ key, value }: Pair): readonly Stream[] {
    if (this.#isEmpty(value)) return [];
    const node = this.#resolved(value);
    if (!isSeq(node)) {
      this.#fault(
        value ?? key,
        `expected a list of streams, each with its source and its target, found ${kindOf(node)}`,
      );
      return [];
    }
    const seen = new Map<string, number>();
    return node.items.flatMap((item) => {
      const stream = this.#stream(item);
      if (stream === undefined) return [];
      const title = titleOf(stream);
      const before = seen.get(title);
      if (before !== undefined)
        this.#fault(item, `expected each stream once, found the ${title} of line ${before} again`);
      else seen.set(title, stream.line ?? 0);
      return [stream];
    });
  }

  #stream(item: unknown): Stream | undefined {
    const node = this.#resolved(item);
    if (!isMap(node)) {
      this.#fault(item, `expected a stream with its source and its target, found ${kindOf(node)}`);
      return undefined;
    }
    const end = (name: 'source' | 'target') => {
      const pair = node.items.find((each) => this.#key(each) === name);
      const value = pair === undefined ? undefined : this.#value(pair.value);
      if (typeof value === 'string' && value !== '') return value;
      this.#fault(
        pair ?? node,
        `expected "${name}" of a stream to be the name of a ${name === 'source' ? 'subscription' : 'publication'}, found ${pair === undefined ? 'none' : found(value)}`,
      );
      return undefined;
    };
    const [source, target] = [end('source'), end('target')];
    const title = `stream ${source ?? '?'} → ${target ?? '?'}`;
    const fields = node.items.filter((each) => !['source', 'target'].includes(this.#key(each)));
    const { settings } = this.#settings(STREAM_RULES, title, node, fields);
    const filter = settings.get('filter');
    if (typeof filter === 'string') {
      const pair = fields.find((each) => this.#key(each) === 'filter');
      this.filters.push({ filter, line: this.#lineOf(pair ?? node), stream: title });
    }
    if (source === undefined || target === undefined) return undefined;
    return { kind: 'stream', source, target, settings, line: this.#lineOf(node) };
  }

  #unknownSetting(rules: Rules, title: string, pair: Pair, name: string): void {
    const newer = rules.olderNames.find(([, older]) => older === name)?.[0];
    const known = rules.settings.filter(({ notKept }) => notKept === undefined).map((each) => each.name);
    if (newer !== undefined)
      this.#fault(pair, `"${name}" of ${title} is the pilot's name: it is called "${newer}"`);
    else
      this.#unknownKey(
        pair,
        name,
        [...(rules.kind === 'stream' ? ['source', 'target'] : []), ...known],
        title,
      );
  }

  #unknownKey(pair: Pair, name: string, known: readonly string[], title?: string): void {
    const near = nearest(name, known);
    const advice = near === undefined ? `: there are ${known.join(', ')}` : `: is it "${near}"?`;
    this.#fault(
      pair,
      `expected ${title === undefined ? 'a section of a setup' : `a setting of ${title}`}, found the unknown key ${quoted(name)}${advice}`,
    );
  }

  /** Takes a number or a word such as `true` as it is written. */
  #key({ key }: Pair): string {
    if (!isScalar(key)) return '';
    return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  }

  #value(node: unknown): unknown {
    if (!isNode(node)) return undefined;
    try {
      return node.toJS(this.#document, { maxAliasCount: ALIASES_MAX });
    } catch {
      // `toJS` throws only for this, with a message for programmers.
      this.#fault(node, `expected aliases that are followed at most ${ALIASES_MAX} times, found more`);
      return undefined;
    }
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #isEmpty(node: unknown): boolean {
    return node === null || node === undefined || (isScalar(node) && node.value === null);
  }

  #lineOf(place: unknown): number | undefined {
    const offset = typeof place === 'number' ? place : offsetOf(place);
    return offset === undefined ? undefined : this.#lines.linePos(offset).line;
  }

  #fault(place: unknown, message: string): void {
    this.faults.push({ line: this.#lineOf(place), message });
  }
}

/** The names that POSIX shells accept. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** valibot's type names, in words for people who do not know valibot. */
const EXPECTED: Readonly<Record<string, string>> = {
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

function isSection(name: string): name is keyof typeof SECTIONS {
  return Object.hasOwn(SECTIONS, name);
}

/** The node's position in the file. */
function offsetOf(place: unknown): number | undefined {
  if (isPair(place)) return offsetOf(place.key);
  return isNode(place) ? place.range?.[0] : undefined;
}

function kindOf(node: unknown): string {
  if (isMap(node)) return 'names with values';
  if (isSeq(node)) return 'a list';
  return isScalar(node) && node.value !== null ? found(node.value) : 'nothing';
}

function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'names with values' : String(value);
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}

/** The name that was probably meant. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((each) => ({ each, changes: distance(name.toLowerCase(), each) }))
    .sort((one, other) => one.changes - other.changes);
  return best !== undefined && best.changes <= Math.max(1, name.length / 3) ? best.each : undefined;
}
