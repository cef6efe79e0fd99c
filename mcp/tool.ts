import { Failure } from '../cli/lib/failure.ts';
import type { AppApi } from '../cli/lib/sluice-command.ts';
import type { JsonObject } from '../src/base/json.ts';
import type { ApiDocument, Fields } from './api-document.ts';
import type { ToolResult } from './result-text.ts';
import type { Effect } from './tool-table.ts';

/** The dependencies of every tool. */
export interface Workbench {
  /** Finds service, token and app like the commands do, at each call, because a local run may have restarted. */
  readonly connect: () => AppApi;
  readonly document: ApiDocument;
  readonly allowsWrites: boolean;
  readonly showsPayloads: boolean;
  /** The folder of the repository or of the CLI's package. */
  readonly root: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly isAdmin: boolean;
  readonly fields: Fields;
  readonly required: readonly string[];
  /** Throws a `Failure` for every problem that an assistant can act on. */
  readonly run: (given: JsonObject) => Promise<ToolResult>;
}

/** The assistant's arguments are invalid. */
export class ArgumentFailure extends Failure {}

/** A text argument of a tool; undefined if it is absent or empty. */
export function textOf(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new ArgumentFailure(`expected "${name}" to be a text, found ${JSON.stringify(value)?.slice(0, 100)}`);
}

/** Throws for an argument that the tool does not have, and for a missing required one. */
export function expectArguments(
  { name, fields, required }: Pick<Tool, 'name' | 'fields' | 'required'>,
  given: JsonObject,
): void {
  const missing = required.filter((field) => given[field] === undefined || given[field] === '');
  const unknown = Object.keys(given).filter((field) => !Object.hasOwn(fields, field));
  const faults = [
    ...missing.map((field) => `expected "${field}", found nothing there`),
    ...unknown.map(
      (field) => `expected an argument of ${name}, found ${JSON.stringify(field.slice(0, 100))}`,
    ),
  ];
  if (faults.length === 0) return;
  throw new ArgumentFailure(`${faults.join('; ')}. ${name} takes: ${Object.keys(fields).join(', ')}`);
}
