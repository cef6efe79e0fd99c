import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expandHome } from '../../../src/base/expand-home.ts';
import { Failure } from '../failure.ts';
import { decodeText } from '../text-file.ts';
import type { Plan } from './plan.ts';
import { rulesOf } from './rules.ts';
import { type Item, type SecretReference, titleOf } from './setup.ts';

/** The places to which the references of a file point. */
export interface SecretPlaces {
  readVariable(name: string): string | undefined;
  /** The folder of the file, to which paths are relative. */
  readonly folder: string;
}

/** The secrets that a plan needs, by the title of the resource and the name of the setting. */
export class SecretValues {
  readonly #values = new Map<string, string | readonly string[]>();

  set(item: Item, setting: string, value: string | readonly string[]): void {
    this.#values.set(`${titleOf(item)} ${setting}`, value);
  }

  get(item: Item, setting: string): string | readonly string[] | undefined {
    return this.#values.get(`${titleOf(item)} ${setting}`);
  }
}

/**
 * Reads every secret that the plan needs, before the first step.
 * @returns a sentence for each missing secret
 */
export function readSecrets(
  { steps }: Plan,
  places: SecretPlaces,
): { readonly values: SecretValues; readonly missing: readonly string[] } {
  const values = new SecretValues();
  const missing: string[] = [];
  for (const step of steps) {
    for (const [setting, reference] of neededBy(step)) {
      const found = read(reference, places);
      if ('fault' in found) {
        missing.push(`"${setting}" of ${titleOf(step.item)}: expected the secret in ${found.fault}`);
        continue;
      }
      const isList = step.item.kind !== 'stream' && isListOf(step.item.kind, step.item.platform, setting);
      values.set(step.item, setting, isList ? found.secret.split(/\n+/) : found.secret);
    }
  }
  return { values, missing };
}

function neededBy(step: Plan['steps'][number]): readonly (readonly [string, SecretReference])[] {
  if (step.action === 'create') return step.item.kind === 'stream' ? [] : [...step.item.secrets];
  if (step.action !== 'change') return [];
  return step.changes.flatMap(({ setting, secret }) =>
    secret === undefined ? [] : [[setting, secret] as const],
  );
}

function isListOf(
  kind: 'authorization' | 'subscription' | 'publication',
  platform: string,
  setting: string,
): boolean {
  const rule = rulesOf(kind, platform)?.settings.find(({ name }) => name === setting);
  return rule?.secret?.isList === true;
}

function read(
  reference: SecretReference,
  { readVariable, folder }: SecretPlaces,
): { readonly secret: string } | { readonly fault: string } {
  if ('env' in reference) {
    const secret = readVariable(reference.env)?.trim();
    if (secret !== undefined && secret !== '') return { secret };
    return {
      fault: `the environment variable ${reference.env}, found ${secret === undefined ? 'no such variable' : 'it empty'}`,
    };
  }
  const path = resolve(folder, expandHome(reference.file));
  if (!existsSync(path)) return { fault: `the file ${path}, found no such file` };
  const secret = readText(path).trim();
  return secret === '' ? { fault: `the file ${path}, found it empty` } : { secret };
}

function readText(path: string): string {
  try {
    return decodeText(readFileSync(path), path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`cannot read ${path} (${error instanceof Error ? error.message : 'unknown error'})`);
  }
}
