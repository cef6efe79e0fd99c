import * as v from 'valibot';
import { stringifyJson } from '../../../src/base/json.ts';
import { quoted } from '../../../src/domain/fields.ts';
import type { Current } from './current.ts';
import { throwFaults } from './read-setup.ts';
import { rulesOf, type SettingRule, STREAM_RULES } from './rules.ts';
import {
  type Item,
  itemsOf,
  type Resource,
  type SecretReference,
  type Secrets,
  type Setup,
  titleOf,
} from './setup.ts';
import { isSame, isUsual } from './values.ts';

/** The steps that make the app match the file. */
export interface Plan {
  /** In order of execution: each step follows those it depends on. Deletions come last, in the reverse order. */
  readonly steps: readonly Step[];
  /** Resources that are in the app and not in the file, and stay. */
  readonly left: readonly Item[];
}

export type Step =
  | { readonly action: 'create'; readonly item: Item; readonly why?: string | undefined }
  | {
      readonly action: 'change';
      readonly item: Item;
      readonly before: Item;
      readonly changes: readonly Change[];
    }
  | { readonly action: 'unchanged'; readonly item: Item }
  /** The settings match, or cannot be set yet because somebody has to log in first. */
  | { readonly action: 'wait'; readonly item: Item; readonly why: string }
  | { readonly action: 'delete'; readonly item: Item }
  /** The service cannot change it: it would have to be created anew. */
  | { readonly action: 'cannot'; readonly item: Item; readonly why: readonly string[] };

export interface Change {
  readonly setting: string;
  /** Absent for a secret. */
  readonly from?: unknown;
  readonly to?: unknown;
  readonly secret?: SecretReference | undefined;
}

export interface PlanOptions {
  /** Whether to delete resources that are not in the file. */
  readonly prune: boolean;
  /** Whether to set existing secrets again: the service does not show whether they match. */
  readonly renewSecrets: boolean;
}

/**
 * Compares the file with the app.
 * @param from the name of the file in messages
 * @throws Failure with the line of each stream and setting whose reference is neither in the file nor in the app
 */
export function planOf(wanted: Setup, current: Current, options: PlanOptions, from: string): Plan {
  checkNames(wanted, options.prune ? undefined : current, from);
  const there = new Map(itemsOf(current).map((item) => [titleOf(item), item]));
  const waiting = new Map<string, string>();
  for (const [alias, { status }] of current.logins) {
    if (status === 'pending') waiting.set(`authorization ${alias}`, forLogin(alias));
  }
  const steps = itemsOf(wanted).map((item): Step => {
    const title = titleOf(item);
    const step = stepFor(item, there.get(title), { current, waiting, options });
    if (step.action === 'wait') waiting.set(title, step.why);
    else waiting.delete(title);
    if (item.kind === 'authorization' && step.action === 'create' && item.settings.get('flow') === 'web') {
      waiting.set(title, forLogin(item.name));
    }
    return step;
  });
  const kept = new Set(itemsOf(wanted).map(titleOf));
  const others = itemsOf(current).filter((item) => !kept.has(titleOf(item)));
  if (!options.prune) return { steps, left: others };
  const gone = new Set(others.map(titleOf));
  const deletions = others
    // Deleting either end deletes the stream.
    .filter((item) => item.kind !== 'stream' || !endsOf(item).some((end) => gone.has(end)))
    .reverse();
  return { steps: [...steps, ...deletions.map((item): Step => ({ action: 'delete', item }))], left: [] };
}

function forLogin(alias: string): string {
  return `for a login to ${alias}`;
}

interface Situation {
  readonly current: Current;
  /** Resources that are not usable yet, by title, and what they wait for. */
  readonly waiting: ReadonlyMap<string, string>;
  readonly options: PlanOptions;
}

function stepFor(item: Item, before: Item | undefined, situation: Situation): Step {
  if (before === undefined) {
    const why = neededBy(item)
      .map((title) => situation.waiting.get(title))
      .find((each) => each !== undefined);
    return why === undefined ? { action: 'create', item } : { action: 'wait', item, why };
  }
  if (item.kind === 'authorization') return authorizationStep(item, before, situation);
  if (item.kind !== 'stream' && before.kind !== 'stream' && item.platform !== before.platform) {
    const why = `its platform is ${before.platform}, and the file says ${item.platform}`;
    return { action: 'cannot', item, why: [why] };
  }
  return stepOf(item, before, differences(item, before, situation.options));
}

function authorizationStep(item: Resource, before: Item, { current, options }: Situation): Step {
  const login = current.logins.get(item.name);
  const found = differences(item, before, options);
  if (login?.status === 'pending' && item.settings.get('flow') === 'web' && found.changes.length === 0) {
    return { action: 'wait', item, why: forLogin(item.name) };
  }
  if (login?.status === 'pending') return { action: 'create', item, why: 'again: nobody has logged in yet' };
  if (login?.status === 'dead')
    return { action: 'create', item, why: `again: ${login.reason ?? 'it is dead'}` };
  if (found.changes.length === 0) return stepOf(item, before, found);
  // A secret belongs to the app and the user that it came with: the service does not retain it for others.
  const told = new Set(found.changes.map(({ setting }) => setting));
  const again = [...item.secrets].filter(([setting]) => !told.has(setting));
  const changes = [...found.changes, ...again.map(([setting, secret]) => ({ setting, secret }))];
  return stepOf(item, before, { ...found, changes });
}

interface Differences {
  readonly changes: readonly Change[];
  /** Why the differences cannot be changed. */
  readonly faults: readonly string[];
}

function stepOf(item: Item, before: Item, { changes, faults }: Differences): Step {
  if (faults.length > 0) return { action: 'cannot', item, why: faults };
  return changes.length > 0 ? { action: 'change', item, before, changes } : { action: 'unchanged', item };
}

/** The changes that make `before` match the file. */
export function differences(
  item: Item,
  before: Item,
  { renewSecrets }: Pick<PlanOptions, 'renewSecrets'>,
): Differences {
  const rules = item.kind === 'stream' ? STREAM_RULES : rulesOf(item.kind, item.platform);
  const comparison = new Comparison(rules?.settings ?? [], item, before);
  for (const rule of comparison.rules) {
    if (rule.secret === undefined) comparison.plain(rule);
    else comparison.secret(rule, renewSecrets);
  }
  return comparison;
}

const NO_SECRETS: Secrets = new Map();

class Comparison implements Differences {
  readonly changes: Change[] = [];
  readonly faults: string[] = [];
  readonly rules: readonly SettingRule[];
  readonly #item: Item;
  readonly #before: Item;

  constructor(rules: readonly SettingRule[], item: Item, before: Item) {
    this.rules = rules;
    this.#item = item;
    this.#before = before;
  }

  plain(rule: SettingRule): void {
    const wanted = this.#item.settings.get(rule.name);
    const now = this.#before.settings.get(rule.name);
    if (wanted === undefined) {
      if (now !== undefined && !rule.staysWhenAbsent && !this.#isDropped(rule)) this.#takeAway(rule, now);
    } else if (!isSame(wanted, now ?? rule.usual) && !(now === undefined && isUsual(rule, wanted))) {
      if (rule.change === undefined) {
        const is = now ?? rule.usual;
        this.faults.push(
          `"${rule.name}" is ${is === undefined ? 'not set' : shown(is)}, and the file says ${shown(wanted)}`,
        );
      } else this.changes.push({ setting: rule.name, from: now ?? rule.usual, to: wanted });
    }
  }

  secret(rule: SettingRule, renew: boolean): void {
    const reference = secretsOf(this.#item).get(rule.name);
    const isSet = secretsOf(this.#before).has(rule.name);
    // A generated secret has its own command for rotation, with a grace period for its receivers.
    if (rule.secret?.isMade === true) return;
    if (reference === undefined) {
      if (isSet && !rule.staysWhenAbsent) this.#takeAway(rule, undefined);
    } else if (!isSet || renew) {
      if (rule.change === undefined) this.faults.push(`"${rule.name}" is not set, and the file sets it`);
      else this.changes.push({ setting: rule.name, secret: reference });
    }
  }

  /** Handles a setting that is in the app and not in the file. */
  #takeAway(rule: SettingRule, now: unknown): void {
    const group = this.#group(rule);
    const wanted = group.filter((each) => this.#isWanted(each));
    // A setting that the file sets in its place removes it.
    if (wanted.some(({ setWhen }) => setWhen?.is !== rule.setWhen?.is)) return;
    const remover = wanted.length > 0 ? rule : group.find((each) => takesAway(each) !== undefined);
    const to = remover === undefined ? undefined : takesAway(remover);
    if (remover === undefined || to === undefined) {
      this.faults.push(
        `"${rule.name}" is ${now === undefined ? 'set' : shown(now)}, and the file does not have it`,
      );
    } else if (!this.changes.some(({ setting }) => setting === remover.name)) {
      this.changes.push({
        setting: remover.name,
        from: remover === rule && now !== undefined ? now : 'set',
        to: to.value,
      });
    }
  }

  /** Whether another setting of the file ends it, such as the limits of a batch with another content mode. */
  #isDropped({ onlyWith }: SettingRule): boolean {
    if (onlyWith === undefined) return false;
    const usual = this.rules.find(({ name }) => name === onlyWith.setting)?.usual;
    return (this.#item.settings.get(onlyWith.setting) ?? usual) !== onlyWith.is;
  }

  /** The settings that are set together with it, and those that replace it. */
  #group(rule: SettingRule): readonly SettingRule[] {
    const { setWhen } = rule;
    return setWhen === undefined
      ? [rule]
      : this.rules.filter((each) => each.setWhen?.param === setWhen.param);
  }

  #isWanted({ name }: SettingRule): boolean {
    return this.#item.settings.has(name) || secretsOf(this.#item).has(name);
  }
}

function secretsOf(item: Item): Secrets {
  return item.kind === 'stream' ? NO_SECRETS : item.secrets;
}

/** The value by which a change unsets a setting; undefined when there is none. */
function takesAway({ change, usual }: SettingRule): { readonly value: unknown } | undefined {
  if (change === undefined) return undefined;
  const value = [usual, null, false].find((each) => each !== undefined && v.is(change, each));
  return value === undefined ? undefined : { value };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : stringifyJson(value);
}

function neededBy(item: Item): readonly string[] {
  if (item.kind === 'stream') return endsOf(item);
  const alias = aliasOf(item);
  return alias === undefined ? [] : [`authorization ${alias}`];
}

function endsOf({ source, target }: { readonly source: string; readonly target: string }): readonly string[] {
  return [`subscription ${source}`, `publication ${target}`];
}

function aliasOf(item: Resource): string | undefined {
  const setting = rulesOf(item.kind, item.platform)?.authorizedBy;
  const alias = setting === undefined ? undefined : item.settings.get(setting);
  return typeof alias === 'string' ? alias : undefined;
}

/** Checks that what streams and settings refer to is in the file, or in the app if it stays there. */
function checkNames(wanted: Setup, current: Setup | undefined, from: string): void {
  const known = new Set(
    [...itemsOf(wanted), ...(current === undefined ? [] : itemsOf(current))].map(titleOf),
  );
  const where = current === undefined ? 'in the file' : 'in the file or in the app';
  const faults = itemsOf(wanted).flatMap((item) =>
    neededBy(item)
      .filter((title) => !known.has(title))
      .map((title) => ({
        line: item.line,
        message: `${titleOf(item)}: expected ${title} to be ${where}, found no such ${title.split(' ')[0]}`,
      })),
  );
  throwFaults(faults, from);
}
