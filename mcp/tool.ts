import { Failure } from '../cli/lib/failure.ts';
import type { AppApi } from '../cli/lib/sluice-command.ts';
import type { JsonObject } from '../src/base/json.ts';
import type { ApiDocument, Fields } from './api-document.ts';
import type { ToolResult } from './result-text.ts';
import type { Effect } from './tool-table.ts';

/** What every tool works with. */
export interface Workbench {
  /** Finds the service, the token and the app as the commands do, at each call: a local run may have been started anew. */
  readonly connect: () => AppApi;
  readonly document: ApiDocument;
  readonly allowsWrites: boolean;
  readonly showsPayloads: boolean;
  /** The folder of the repository or of the package of the CLI. */
  readonly root: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly isAdmin: boolean;
  readonly fields: Fields;
  readonly required: readonly string[];
  /** Every failure that an assistant can do something about is a `Failure`. */
  readonly run: (given: JsonObject) => Promise<ToolResult>;
}

/** What the assistant gave is not what the tool takes. */
export class ArgumentFailure extends Failure {}

/** As the argument of a tool: a text that is not empty, or undefined. */
export function textOf(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new ArgumentFailure(`expected "${name}" to be a text, found ${JSON.stringify(value)?.slice(0, 100)}`);
}

/** Throws unless each argument is one of the tool's, and those that have to be there are. */
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
