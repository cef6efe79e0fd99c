import { type Answer, ApiError, type Method } from '../cli/lib/api-client.ts';
import { Failure } from '../cli/lib/failure.ts';
import { timeOf } from '../cli/lib/filters.ts';
import type { AppApi } from '../cli/lib/sluice-command.ts';
import { isJsonObject, type JsonObject, stringifyJson } from '../src/base/json.ts';
import type { Fields, Operation } from './api-document.ts';
import { jsonOf, type Value } from './json-of.ts';
import { fits, type ToolResult } from './result-text.ts';
import { ArgumentFailure, expectArguments, type Tool, textOf, type Workbench } from './tool.ts';
import { OLDER_FIELDS, SECRET_FIELDS, TOOL_TABLE, type ToolRow, toolName } from './tool-table.ts';
import { shownValue } from './withheld.ts';

/** The default length of a list: some screens of text. */
export const PAGE_DEFAULT = 20;
/** A longer page would not fit into a result, and a page that is too large is requested again with half the items. */
export const PAGE_MAX = 200;

/** The field by which a person confirms that a tool may destroy something. */
export const CONFIRM_FIELD = 'confirm_app';

const CONFIRM: JsonObject = {
  type: 'string',
  description:
    'name of the app, which the user has to have typed or said for this very action: ask, and do not fill it in by yourself',
};
const LIMIT: JsonObject = {
  type: 'integer',
  minimum: 1,
  maximum: PAGE_MAX,
  default: PAGE_DEFAULT,
  description: 'how many at most; fewer where they are large',
};
const AFTER: JsonObject = {
  type: 'string',
  description: 'where the page begins, as the result of the page before says',
};
/** Times for which a person may also say how long ago they were. */
const TIMES: ReadonlySet<string> = new Set(['from', 'until', 'before']);

/** Lists that the service does not page: a page is cut from the whole list, after the item with the id `after`. */
const WHOLE_LISTS: Readonly<Record<string, string>> = { listQuarantine: '', listRedrives: 'redrives' };

export function apiTools(workbench: Workbench): readonly Tool[] {
  return TOOL_TABLE.map((row) => {
    const operation = workbench.document.operations.get(row.operation);
    if (operation === undefined)
      throw new Error(`expected an operation ${row.operation} in the API, found none`);
    return apiTool(workbench, row, operation);
  });
}

function apiTool(workbench: Workbench, row: ToolRow, operation: Operation): Tool {
  const name = toolName(row);
  const { fixed = {}, effect } = row;
  const isPaged = 'limit' in operation.queryFields || row.operation in WHOLE_LISTS;
  const fields: Fields = {
    ...mapped(operation.pathFields, (field, key) => (key === 'app' ? undefined : field)),
    ...mapped(operation.queryFields, shortened),
    ...mapped(operation.bodyFields, (field, key, all) => {
      const isOlder = OLDER_FIELDS[key] !== undefined && OLDER_FIELDS[key] in all;
      return SECRET_FIELDS.has(key) || key in fixed || isOlder ? undefined : shortened(field, key);
    }),
    ...(isPaged && { limit: LIMIT }),
    ...((row.operation in WHOLE_LISTS || 'after' in operation.queryFields) && { after: AFTER }),
    ...(effect === 'destroy' && { [CONFIRM_FIELD]: CONFIRM }),
  };
  const required = [
    ...operation.required.filter((key) => key in fields),
    ...(effect === 'destroy' ? [CONFIRM_FIELD] : []),
  ];
  const tool = {
    name,
    description: [operation.summary, row.note].filter((text) => text !== undefined).join('. '),
    effect,
    isAdmin: row.isAdmin === true,
    fields,
    required,
  };
  return {
    ...tool,
    async run(given) {
      expectArguments(tool, given);
      const api = workbench.connect();
      if (effect === 'destroy') await expectConfirmed(api, textOf(given, CONFIRM_FIELD) ?? '');
      return runOperation(workbench, api, row, operation, { ...given, ...fixed });
    },
  };
}

function mapped(
  fields: Fields,
  change: (field: JsonObject, name: string, all: Fields) => JsonObject | undefined,
): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const changed = change(field, name, fields);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}

/** Drops what a model does not use: the service checks patterns and formats, and says what is wrong. */
function shortened(field: JsonObject, name: string): JsonObject {
  const { pattern: _pattern, format: _format, maxLength: _longest, ...kept } = field;
  if (!TIMES.has(name)) return kept;
  const description = typeof kept['description'] === 'string' ? `${kept['description']}; ` : '';
  return { ...kept, description: `${description}a time (RFC 3339), or how long ago, such as 2h or 1d` };
}

/** Destructive tools work on one app, and a person must have given its name. */
async function expectConfirmed(api: AppApi, confirmed: string): Promise<void> {
  if (confirmed === api.app) return;
  // The person may have given the app's id.
  const status = await api.request('GET', '/status');
  const app = isJsonObject(status) && isJsonObject(status['app']) ? status['app']['name'] : undefined;
  if (confirmed === app) return;
  throw new ArgumentFailure(
    `expected "${CONFIRM_FIELD}" to be the name of the app that this server is for, found ${JSON.stringify(confirmed)}: ` +
      'nothing was done. Ask the user to type the name of the app',
  );
}

async function runOperation(
  workbench: Workbench,
  api: AppApi,
  row: ToolRow,
  operation: Operation,
  given: JsonObject,
): Promise<ToolResult> {
  const whole = WHOLE_LISTS[operation.id];
  const isPaged = 'limit' in operation.queryFields || whole !== undefined;
  const after = textOf(given, 'after');
  for (let limit = limitOf(given['limit']); ; limit = Math.floor(limit / 2)) {
    const query = queryOf(operation, isPaged && whole === undefined ? { ...given, limit } : given);
    const answer = await request(workbench, api, operation, given, query);
    const page: Page =
      whole === undefined
        ? { body: jsonOf(answer.body), next: nextOf(operation, answer, limit) }
        : pageOf(jsonOf(answer.body), whole, limit, after);
    const data = shownValue(page.body, workbench.showsPayloads);
    // Request a page that does not fit again with fewer items: no cursor would return to the items that a cut removed.
    const isTooLarge = isPaged && limit > 1 && row.effect === 'read' && !fits(data);
    if (!isTooLarge) return { words: wordsOf(operation, movedOn(page.next, given)), data };
  }
}

interface Page {
  readonly body: Value;
  readonly next: Next | undefined;
}
interface Next {
  readonly argument: string;
  readonly value: string;
  /** More items have the same time than fit on a page, so some of them are not shown. */
  readonly passesOver?: true;
}

/** Detects a page by time that ends where it began, because the next page would repeat it. */
function movedOn(next: Next | undefined, given: JsonObject): Next | undefined {
  if (next === undefined || (next.argument !== 'from' && next.argument !== 'until')) return next;
  const before = textOf(given, next.argument);
  const nextMs = Date.parse(next.value);
  if (before === undefined || Date.parse(before) !== nextMs) return next;
  const value = new Date(nextMs + (next.argument === 'from' ? 1 : -1)).toISOString();
  return { ...next, value, passesOver: true };
}

function wordsOf(operation: Operation, next: Next | undefined): string {
  const done = operation.method === 'GET' ? '' : 'Done. ';
  const passedOver =
    next?.passesOver === true
      ? ' What else is of the same moment is passed over then: a larger "limit" would show it.'
      : '';
  return next === undefined
    ? `${done}The answer of ${operation.id}:`
    : `${done}A page of ${operation.id}; there may be more: call it again with the same arguments and "${next.argument}": ${JSON.stringify(next.value)}.${passedOver}`;
}

function limitOf(given: unknown): number {
  if (given === undefined || given === null) return PAGE_DEFAULT;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= PAGE_MAX) return given;
  throw new ArgumentFailure(
    `expected "limit" to be a whole number from 1 to ${PAGE_MAX}, found ${JSON.stringify(given)}`,
  );
}

async function request(
  { showsPayloads }: Workbench,
  api: AppApi,
  operation: Operation,
  given: JsonObject,
  query: string,
): Promise<Answer> {
  const tenant = '/v1/tenants/{app}';
  const isOfApp = operation.path.startsWith(tenant);
  const path = operation.path
    .slice(isOfApp ? tenant.length : '/v1'.length)
    .replaceAll(/\{(\w+)\}/g, (_text, name: string) =>
      encodeURIComponent(name === 'app' ? api.app : segmentOf(given, name)),
    );
  const method = methodOf(operation.method);
  const body = bodyOf(operation, given);
  try {
    return isOfApp
      ? await api.exchange(method, `${path}${query}`, body)
      : await api.client.exchange(method, `${path}${query}`, body);
  } catch (error) {
    // The reason why an event does not decode may quote the event.
    if (!showsPayloads && error instanceof ApiError && error.errorId === 'not-replayable') {
      throw new Failure(
        'the event stays in quarantine; why is withheld, because it may quote the payload: sluice mcp --payloads shows it\n\nError ID: not-replayable',
      );
    }
    throw error;
  }
}

function methodOf(text: string): Method {
  if (text === 'GET' || text === 'POST' || text === 'PATCH' || text === 'DELETE') return text;
  throw new Error(`expected a method of the API, found ${text}`);
}

/** Rejects a name made of dots, which would lead to another path. */
function segmentOf(given: JsonObject, name: string): string {
  const text = textOf(given, name) ?? '';
  if (text === '.' || text === '..') {
    throw new ArgumentFailure(`expected "${name}" to be a name or an id, found ${JSON.stringify(text)}`);
  }
  return text;
}

function queryOf(operation: Operation, given: JsonObject): string {
  const entries = Object.keys(operation.queryFields).flatMap((name): [string, string][] => {
    const value = given[name];
    if (value === undefined || value === null) return [];
    if (typeof value === 'object') {
      throw new ArgumentFailure(
        `expected "${name}" to be a text or a number, found ${stringifyJson(value).slice(0, 100)}`,
      );
    }
    return [[name, String(timed(name, value))]];
  });
  const query = new URLSearchParams(entries).toString();
  return query === '' ? '' : `?${query}`;
}

function bodyOf(operation: Operation, given: JsonObject): JsonObject | undefined {
  const names = Object.keys(operation.bodyFields).filter((name) => given[name] !== undefined);
  if (Object.keys(operation.bodyFields).length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, withTimes(name, given[name] ?? null)]));
}

/** Converts times, also within a filter. */
function withTimes(name: string, value: Value): Value {
  if (!isJsonObject(value)) return timed(name, value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, timed(key, part)]));
}

function timed(name: string, value: Value): Value {
  return TIMES.has(name) && typeof value === 'string' ? (timeOf(name, value) ?? value) : value;
}

/** The start of the next page, from the answer or its header; a search of the logs continues by time. */
function nextOf({ id }: Operation, { body, link }: Answer, limit: number): Next | undefined {
  const linked = link === undefined ? undefined : /[?&]after=([^&>]+)/.exec(link)?.[1];
  if (linked !== undefined) return { argument: 'after', value: decodeURIComponent(linked) };
  if (!isJsonObject(body)) return undefined;
  const { next, entries, drops } = body;
  if (typeof next === 'string') return { argument: id === 'readLog' ? 'from' : 'after', value: next };
  const found = Array.isArray(entries) ? entries : Array.isArray(drops) ? drops : [];
  const last = found.at(-1);
  if (found.length < limit || !isJsonObject(last) || typeof last['at'] !== 'string') return undefined;
  // Lines are newest first, and `until` is exclusive: lines with the same time appear twice rather than never.
  return { argument: 'until', value: new Date(Date.parse(last['at']) + 1).toISOString() };
}

function pageOf(body: Value, listName: string, limit: number, after: string | undefined): Page {
  const list = listName === '' ? body : isJsonObject(body) ? body[listName] : undefined;
  if (!Array.isArray(list)) return { body, next: undefined };
  const ids = list.map((item) => (isJsonObject(item) && typeof item['id'] === 'string' ? item['id'] : ''));
  const at = after === undefined ? -1 : ids.indexOf(after);
  if (after !== undefined && at < 0) {
    throw new ArgumentFailure(
      `expected "after" to be the id of one of the list, found ${JSON.stringify(after)}: it may have ended meanwhile; begin without "after"`,
    );
  }
  const items = list.slice(at + 1, at + 1 + limit);
  const hasMore = at + 1 + limit < list.length;
  const last = ids[at + limit];
  return {
    body: listName === '' ? items : { [listName]: items },
    next: hasMore && last !== undefined ? { argument: 'after', value: last } : undefined,
  };
}
