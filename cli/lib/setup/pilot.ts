import * as v from 'valibot';
import { parseJson } from '../../../src/base/json.ts';
import { quoted } from '../../../src/domain/fields.ts';
import { Failure } from '../failure.ts';
import { type Rules, rulesOf } from './rules.ts';
import { type Resource, type ResourceKind, type Secrets, type Setup, type Stream, titleOf } from './setup.ts';

// Reads the output of both versions of the Heroku Events pilot's CLI. docs/migrating.md lists the recorded fields.

/** A setup made from the pilot's lists, and what could not be imported. */
export interface PilotSetup {
  readonly setup: Setup;
  /** Notes for people about a resource, by its title. */
  readonly notes: ReadonlyMap<string, readonly string[]>;
  /** What the setup leaves out, one sentence each. */
  readonly leftOut: readonly string[];
}

const Params = v.record(v.string(), v.unknown());
const Described = v.looseObject({ name: v.string(), platform: v.string(), params: Params });
const LinkedEnd = v.looseObject({ ...Described.entries, filter: v.nullish(v.string()) });
const PilotSubscription = v.looseObject({
  ...Described.entries,
  targets: v.optional(v.array(LinkedEnd), []),
});
const PilotPublication = v.looseObject({ ...Described.entries, sources: v.optional(v.array(LinkedEnd), []) });
const PilotAuthorization = v.looseObject({
  alias: v.nullish(v.string()),
  params: v.looseObject({
    org_name: v.nullish(v.string()),
    alias: v.nullish(v.string()),
    url: v.nullish(v.string()),
  }),
});

/** The pilot printed an empty list as a sentence, even with --json. */
const EMPTY_LIST = /^No Heroku Events \w+ for app /;

/**
 * These settings let an app continue unchanged. The pilot delivered wrapped values and raw bitmaps (`avro-json`).
 */
const AS_THE_PILOT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  salesforce: { format: 'avro-json' },
};

export interface PilotFile {
  /** The name of the file in messages. */
  readonly from: string;
  readonly text: string;
}

/** @throws Failure for a file that is not output of the pilot */
export function pilotSetup(files: readonly PilotFile[]): PilotSetup {
  const reader = new PilotReader();
  for (const file of files) reader.read(file);
  return reader.setup();
}

type PilotSubscription = v.InferOutput<typeof PilotSubscription>;
type PilotPublication = v.InferOutput<typeof PilotPublication>;
type PilotAuthorization = v.InferOutput<typeof PilotAuthorization>;
type Described = v.InferOutput<typeof Described>;

class PilotReader {
  readonly #subscriptions = new Map<string, Described>();
  readonly #publications = new Map<string, Described>();
  readonly #authorizations = new Map<string, PilotAuthorization>();
  /** Filters, by the title of the stream. */
  readonly #filters = new Map<string, { readonly stream: Stream; readonly from: string }>();
  readonly #notes = new Map<string, string[]>();
  readonly #leftOut: string[] = [];

  read({ from, text }: PilotFile): void {
    if (EMPTY_LIST.test(text.trim())) return;
    const rows = rowsOf(from, text);
    for (const row of rows) {
      if ('targets' in row) this.#subscription(parsed(PilotSubscription, row, from), from);
      else if ('sources' in row) this.#publication(parsed(PilotPublication, row, from), from);
      else if ('name' in row) {
        throw new Failure(
          `${from}: expected subscriptions with their "targets" and publications with their "sources", as the pilot's lists had them with --json, found ${quoted(String(row['name']))} with neither`,
        );
      } else this.#authorization(parsed(PilotAuthorization, row, from));
    }
  }

  #subscription(subscription: PilotSubscription, from: string): void {
    this.#subscriptions.set(subscription.name, subscription);
    for (const target of subscription.targets) {
      this.#publications.set(target.name, this.#publications.get(target.name) ?? target);
      this.#stream(subscription.name, target.name, target.filter, from);
    }
  }

  #publication(publication: PilotPublication, from: string): void {
    this.#publications.set(publication.name, publication);
    for (const source of publication.sources) {
      this.#subscriptions.set(source.name, this.#subscriptions.get(source.name) ?? source);
      this.#stream(source.name, publication.name, source.filter, from);
    }
  }

  #authorization(authorization: PilotAuthorization): void {
    const { alias, params } = authorization;
    const name = alias ?? params.alias ?? params.org_name;
    if (typeof name === 'string') this.#authorizations.set(name, authorization);
  }

  /** Records a stream, which both of its ends list. */
  #stream(source: string, target: string, filter: string | null | undefined, from: string): void {
    const settings = new Map(typeof filter === 'string' && filter !== '' ? [['filter', filter]] : []);
    const stream: Stream = { kind: 'stream', source, target, settings };
    const before = this.#filters.get(titleOf(stream));
    if (before !== undefined && before.stream.settings.get('filter') !== settings.get('filter')) {
      throw new Failure(
        `${from}: the filter of the ${titleOf(stream)} is another one than in ${before.from}: were both printed at the same time?`,
      );
    }
    this.#filters.set(titleOf(stream), { stream, from });
  }

  setup(): PilotSetup {
    const subscriptions = this.#resources('subscription', this.#subscriptions);
    const publications = this.#resources('publication', this.#publications);
    const aliases = new Set(
      [...subscriptions, ...publications].flatMap(({ kind, platform, settings }) => {
        const setting = rulesOf(kind, platform)?.authorizedBy;
        const alias = setting === undefined ? undefined : settings.get(setting);
        return typeof alias === 'string' ? [alias] : [];
      }),
    );
    for (const alias of this.#authorizations.keys()) aliases.add(alias);
    const authorizations = [...aliases].sort().map((alias) => this.#login(alias));
    const made = new Set([...subscriptions, ...publications].map(titleOf));
    const streams = [...this.#filters.values()].flatMap(({ stream }) => {
      const missing = [`subscription ${stream.source}`, `publication ${stream.target}`].filter(
        (title) => !made.has(title),
      );
      if (missing.length === 0) return [stream];
      this.#leftOut.push(
        `the ${titleOf(stream)}: it needs the ${missing.join(' and the ')}, which is not taken over`,
      );
      return [];
    });
    return {
      setup: {
        authorizations,
        subscriptions,
        publications,
        streams: streams.sort((one, other) => (titleOf(one) < titleOf(other) ? -1 : 1)),
      },
      notes: this.#notes,
      leftOut: this.#leftOut,
    };
  }

  #login(alias: string): Resource {
    const url = this.#authorizations.get(alias)?.params.url;
    this.#note(`authorization ${alias}`, 'To be logged in to again: the grant stayed with the pilot.');
    if (typeof url !== 'string' || url === '') {
      this.#note(`authorization ${alias}`, 'For a sandbox, add: login_url: https://test.salesforce.com');
    }
    return {
      kind: 'authorization',
      name: alias,
      platform: 'salesforce',
      settings: new Map<string, unknown>([
        ['flow', 'web'],
        ...(typeof url === 'string' && url !== '' ? [['login_url', url] as const] : []),
      ]),
      secrets: NO_SECRETS,
    };
  }

  #resources(kind: ResourceKind, described: ReadonlyMap<string, Described>): readonly Resource[] {
    const names = [...described.keys()].sort();
    return names.flatMap((name) => {
      const each = described.get(name);
      const rules = each === undefined ? undefined : rulesOf(kind, each.platform);
      if (each === undefined) return [];
      if (rules !== undefined) return [this.#resource(kind, each, rules)];
      this.#leftOut.push(`the ${kind} ${name}: Sluice has no platform ${each.platform} for it`);
      return [];
    });
  }

  #resource(kind: ResourceKind, { name, platform, params }: Described, rules: Rules): Resource {
    const title = `${kind} ${name}`;
    const settings = new Map<string, unknown>();
    const used = new Set<string>();
    for (const rule of rules.settings) {
      const older = rules.olderNames.find(([newer]) => newer === rule.name)?.[1];
      const given = [rule.name, ...(older === undefined ? [] : [older])];
      for (const each of given) used.add(each);
      const value = given.map((each) => params[each]).find((each) => each !== undefined && each !== null);
      const kept = value ?? (kind === 'subscription' ? AS_THE_PILOT[platform]?.[rule.name] : undefined);
      if (kept !== undefined && rule.secret === undefined) settings.set(rule.name, kept);
      else if (rule.secret !== undefined && !rule.secret.isMade && rule.name === 'token') {
        this.#note(
          title,
          'The pilot did not show whether it had a token. If it had, add: token: { env: NAME }',
        );
      }
    }
    for (const param of Object.keys(params).filter((each) => !used.has(each))) {
      this.#leftOut.push(`"${param}" of the ${title}: Sluice has no such setting`);
    }
    return { kind, name, platform, settings, secrets: NO_SECRETS };
  }

  #note(title: string, note: string): void {
    this.#notes.set(title, [...(this.#notes.get(title) ?? []), note]);
  }
}

const NO_SECRETS: Secrets = new Map();

function rowsOf(from: string, text: string): readonly Record<string, unknown>[] {
  const fault = () =>
    new Failure(
      `${from}: expected what "heroku events:subscriptions --json" or "heroku events:publications --json" printed, or a list of authorizations, found something else`,
    );
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // Saying what was expected helps more than the position at which the text breaks off.
    throw fault();
  }
  const rows = v.safeParse(v.array(v.record(v.string(), v.unknown())), value);
  if (!rows.success) throw fault();
  return rows.output;
}

function parsed<const S extends v.GenericSchema>(schema: S, row: unknown, from: string): v.InferOutput<S> {
  const result = v.safeParse(schema, row);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Failure(
    `${from}: expected "${v.getDotPath(issue) ?? ''}" to be ${issue.expected ?? 'something else'}, found ${issue.received}`,
  );
}
