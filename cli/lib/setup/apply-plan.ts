import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { expandHome } from '../../../src/base/expand-home.ts';
import { ApiError, expectShape } from '../api-client.ts';
import { readAuthorization } from '../authorization-display.ts';
import { Failure } from '../failure.ts';
import { withProgress } from '../progress.ts';
import { createWithOwnSecret } from '../secret-output.ts';
import { SECRET_FOLDER } from './apply-flags.ts';
import { currentItem, currentOf, type Login, loginOf } from './current.ts';
import { differences, type Plan, type PlanOptions, planOf, type Step } from './plan.ts';
import { PAUSED, rulesOf } from './rules.ts';
import type { SecretValues } from './secrets.ts';
import type { SetupService } from './service.ts';
import { type Item, type Setup, titleOf } from './setup.ts';

/** A plan, and the tags of the resources that it changes or deletes, as read when it was made. */
export interface PreparedPlan extends Plan {
  readonly tags: ReadonlyMap<string, string | undefined>;
  /** Settings that a newer service shows and this version does not know. */
  readonly unknown: readonly string[];
  readonly logins: ReadonlyMap<string, Login>;
}

/** How often to make a new plan because somebody else changed a resource meanwhile. */
const TRIES = 3;

/** Reads the app and compares it with the file. */
export async function preparePlan(
  service: SetupService,
  wanted: Setup,
  options: PlanOptions,
  from: string,
): Promise<PreparedPlan> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const current = currentOf(await service.read());
    const plan = planOf(wanted, current, options, from);
    const tags = await tagsOf(service, plan);
    if (tags !== undefined) return { ...plan, tags, unknown: current.unknown, logins: current.logins };
  }
  throw new Failure(
    'the app is being changed by others all the time: run the command again when they are done',
  );
}

/** Undefined when a resource has changed since the plan was made. */
async function tagsOf(
  service: SetupService,
  { steps }: Plan,
): Promise<Map<string, string | undefined> | undefined> {
  const tags = new Map<string, string | undefined>();
  for (const step of steps) {
    if (step.action !== 'change' && step.action !== 'delete') continue;
    const seen = step.action === 'change' ? step.before : step.item;
    try {
      const { body, etag } = await service.show(seen);
      if (!isAsSeen(seen, body)) return undefined;
      tags.set(titleOf(seen), etag);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }
  return tags;
}

function isAsSeen(seen: Item, answer: unknown): boolean {
  const now = currentItem(seen, answer);
  return (
    isDeepStrictEqual(now.settings, seen.settings) && isDeepStrictEqual(secretNames(now), secretNames(seen))
  );
}

function secretNames(item: Item): readonly string[] {
  return item.kind === 'stream' ? [] : [...item.secrets.keys()];
}

/** The result of a step. */
export interface DoneStep {
  readonly step: Step;
  /** Secrets that are shown only now, by name, unless they went into a file. */
  readonly shownOnce?: Readonly<Record<string, string>> | undefined;
  /** The file that holds the secret. */
  readonly keptIn?: string | undefined;
  /** The address at which a person has to log in. */
  readonly loginAddress?: string | undefined;
  /** How the service displays what it received, one sentence each. */
  readonly notes: readonly string[];
}

export interface ApplyOptions {
  readonly secrets: SecretValues;
  /** The folder for secrets that are shown once. */
  readonly secretFolder: string | undefined;
}

/**
 * Runs the steps one after the other, and stops at the first one that fails.
 * @param onDone called after each step, before the next begins
 */
export async function applyPlan(
  service: SetupService,
  plan: PreparedPlan,
  options: ApplyOptions,
  onDone: (done: DoneStep) => void,
): Promise<void> {
  const application = new Application(service, plan, options);
  const toDo = plan.steps.filter(isToDo);
  for (const [at, step] of toDo.entries()) {
    try {
      onDone(await withProgress(progressOf(step), () => application.do(step)));
    } catch (error) {
      throw stopped(error, step, at, toDo.length);
    }
  }
}

export function isToDo({ action }: Step): boolean {
  return action === 'create' || action === 'change' || action === 'delete';
}

function progressOf({ action, item }: Step): string {
  const words = { create: 'Creating', change: 'Changing', delete: 'Deleting' } as const;
  return `${words[action as keyof typeof words]} ${titleOf(item)}`;
}

function stopped(error: unknown, step: Step, done: number, all: number): unknown {
  if (!(error instanceof Error)) return error;
  const isChanged = error instanceof ApiError && error.errorId === 'precondition-failed';
  const message = isChanged
    ? 'somebody else has changed it since the plan was made, so nothing of it was changed'
    : error.message;
  // A change may require the secret again, e.g. a change of the host that receives it.
  const hasSecrets = step.action === 'change' && step.item.kind !== 'stream' && step.item.secrets.size > 0;
  const advice =
    hasSecrets && error instanceof ApiError && error.errorId === 'unprocessable'
      ? '\n--renew-secrets gives the secrets of the file again.'
      : '';
  return new Failure(
    `${titleOf(step.item)}: ${message}${advice}\n\n` +
      `Stopped there: ${done} of ${all} steps were done, and none after it was tried. ` +
      'The same command, run again, makes a new plan and goes on with what is left.',
  );
}

class Application {
  readonly #service: SetupService;
  readonly #plan: PreparedPlan;
  readonly #options: ApplyOptions;
  /** Resources that show something that this run changed, so that their tags changed as well. */
  readonly #touched = new Set<string>();

  constructor(service: SetupService, plan: PreparedPlan, options: ApplyOptions) {
    this.#service = service;
    this.#plan = plan;
    this.#options = options;
  }

  async do(step: Step): Promise<DoneStep> {
    const done = await this.#done(step);
    this.#touch(step.item);
    return done;
  }

  async #done(step: Step): Promise<DoneStep> {
    switch (step.action) {
      case 'create':
        return this.#create(step);
      case 'change': {
        const body = Object.fromEntries(
          step.changes.map(({ setting, to, secret }) => [
            setting,
            secret === undefined ? to : this.#options.secrets.get(step.item, setting),
          ]),
        );
        const answer = await this.#service.change(step.item, body, await this.#tagOf(step.before));
        return { step, ...this.#afterwards(step.item, answer) };
      }
      case 'delete':
        await this.#service.remove(step.item, await this.#tagOf(step.item));
        return { step, notes: [] };
      default:
        throw new Error(`expected a step that is to be done, found ${step.action}`);
    }
  }

  async #create(step: Step): Promise<DoneStep> {
    const { item } = step;
    const body = this.#bodyOf(item);
    const { answer, ...secret } = await this.#created(item, body);
    // A creation does not accept `paused`.
    const last =
      item.settings.get(PAUSED) === true
        ? await this.#service.change(item, { paused: true }, undefined)
        : answer;
    return { step, ...secret, ...this.#afterwards(item, last) };
  }

  #bodyOf(item: Item): Record<string, unknown> {
    const { [PAUSED]: _paused, ...settings } = Object.fromEntries(item.settings);
    switch (item.kind) {
      case 'stream':
        return { source: item.source, target: item.target, ...settings };
      case 'authorization':
        return { alias: item.name, ...settings, ...this.#secretsOf(item) };
      default:
        return { name: item.name, ...settings, ...this.#secretsOf(item) };
    }
  }

  #secretsOf(item: Exclude<Item, { kind: 'stream' }>): Record<string, unknown> {
    return Object.fromEntries(
      [...item.secrets.keys()].map((setting) => [setting, this.#options.secrets.get(item, setting)]),
    );
  }

  /** Stores a newly made secret in its file, or returns it. */
  async #created(
    item: Item,
    body: Record<string, unknown>,
  ): Promise<{ answer: unknown; shownOnce?: Record<string, string>; keptIn?: string }> {
    const field = madeSecretOf(item)?.field;
    if (field === undefined) return { answer: await this.#service.create(item, body) };
    const path = secretFileOf(item, this.#options.secretFolder);
    if (path !== undefined) makePlaceFor(path);
    const { created, isOwn } = await createWithOwnSecret(
      path,
      SECRET_FOLDER,
      (own) => this.#service.create(item, own === undefined ? body : { ...body, [field]: own }),
      (answer) => textField(answer, field) ?? '',
    );
    if (path !== undefined) return { answer: created, keptIn: path };
    const made = isOwn ? undefined : textField(created, field);
    return made === undefined ? { answer: created } : { answer: created, shownOnce: { [field]: made } };
  }

  #afterwards(item: Item, answer: unknown): Pick<DoneStep, 'notes' | 'loginAddress'> {
    if (item.kind === 'authorization') {
      // Until somebody logs in, it shows its previous settings.
      return { notes: [], loginAddress: loginOf(readAuthorization(answer)).address };
    }
    const { changes, faults } = differences(item, currentItem(item, answer), { renewSecrets: false });
    return {
      notes: [
        ...changes.map(
          ({ setting, from }) =>
            `"${setting}" of ${titleOf(item)} is shown as ${JSON.stringify(from)}: write it so in the file, or it is changed each time`,
        ),
        ...faults.map((fault) => `${titleOf(item)}: ${fault}`),
      ],
    };
  }

  /** The tag from the plan. After one of our steps touched the resource: its present tag, if nobody else changed it. */
  async #tagOf(seen: Item): Promise<string | undefined> {
    const title = titleOf(seen);
    if (!this.#touched.has(title)) return this.#plan.tags.get(title);
    const { body, etag } = await this.#service.show(seen);
    if (isAsSeen(seen, body)) return etag;
    throw new Failure('somebody else has changed it since the plan was made, so nothing of it was changed');
  }

  /** A change to either end of a stream also shows in the other end and in the stream. */
  #touch(item: Item): void {
    if (item.kind === 'authorization') return;
    if (item.kind === 'stream') {
      this.#touched.add(`subscription ${item.source}`).add(`publication ${item.target}`);
      return;
    }
    const other = item.kind === 'subscription' ? 'publication' : 'subscription';
    for (const step of this.#plan.steps) if (step.item.kind === other) this.#touched.add(titleOf(step.item));
  }
}

/** The secret that Sluice makes for a publication if the file names none. */
export function madeSecretOf(item: Item) {
  if (item.kind === 'stream') return undefined;
  const shownOnce = rulesOf(item.kind, item.platform)?.shownOnce;
  return shownOnce === undefined || item.secrets.has(shownOnce.field) ? undefined : shownOnce;
}

export function secretFileOf(item: Item, folder: string | undefined): string | undefined {
  const made = madeSecretOf(item);
  if (made === undefined || folder === undefined || item.kind === 'stream') return undefined;
  return join(folder, `${item.name}.${made.field}`);
}

/** Whether an earlier run ended after the creation and before the secret was written, so that the secret is lost. */
export function isSecretLost(path: string): boolean {
  const file = expandHome(path);
  return existsSync(file) && statSync(file).size === 0;
}

function makePlaceFor(path: string): void {
  mkdirSync(expandHome(join(path, '..')), { recursive: true, mode: 0o700 });
  if (isSecretLost(path)) rmSync(expandHome(path));
}

function textField(answer: unknown, field: string): string | undefined {
  const value = expectShape(v.looseObject({}), answer, 'what was created')[field];
  return typeof value === 'string' ? value : undefined;
}
