import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSluice } from '../../cli/launch.ts';
import { type DescribedCommand, describeCommands } from '../../cli/lib/describe-commands.ts';
import { type HttpFront, type HttpFrontOptions, startHttpFront } from '../../local/http-front.ts';
import { ApiUnderTest } from '../support/api-under-test.ts';
import { runProcess } from './run-sluice.ts';

// One table of common mistakes, applied to the list of commands, so that it covers a new command as soon as it exists. A fault
// of the command line is found before any request; a refusal changes nothing. Both say what was expected, and print nothing.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'sluice-bad-'));
const commands = describeCommands((await loadSluice(ROOT, './cli/commands')).plugins.values());

/** The production service in memory, and the requests that it got. */
const api = new ApiUnderTest();
const asked: { readonly method: string; readonly status: number }[] = [];
let front: HttpFront;

beforeAll(async () => {
  const handler: HttpFrontOptions['api'] = async (event, context) => {
    const answer = await api.handler(event, context);
    asked.push({ method: event.requestContext.http.method, status: answer.statusCode ?? 200 });
    return answer;
  };
  front = await startHttpFront({
    port: 0,
    api: handler,
    ingest: handler,
    onFault: (name, message) => {
      throw new Error(`${name}: ${message}`);
    },
  });
});
afterAll(() => front.close());

interface Row {
  readonly what: string;
  readonly line: readonly string[];
  /** Must match the message. */
  readonly says: RegExp;
}

/** What a command needs to be understood, besides what it declares as required. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'apps:update': ['--retention', '2d'],
  'events:authorizations:salesforce:create': ['--client-id', 'x', '--browser', 'none'],
  'events:authorizations:salesforce:update': [
    '--login-url',
    'https://login.salesforce.com',
    '--browser',
    'none',
  ],
  'events:erase': ['--event-id', 'x'],
  'events:filters:test': ['--filter', 'root = this'],
  'events:listen': ['--forward', 'http://127.0.0.1:1/'],
  'events:publications:update': ['--url', 'https://example.com'],
  'events:publications:webhook:create': ['--json'],
  'events:publications:rotate-secret': ['--json'],
  'events:streams:update': ['--no-filter'],
  'events:subscriptions:rewind': ['--latest'],
  'events:subscriptions:update': ['--repair'],
};

function someValue(options: readonly string[]): string {
  return options[0] ?? 'no-such';
}

/** What a command declares as required, without the argument or the flag `left`. */
function declared(command: DescribedCommand, left?: string): string[] {
  const args = command.args.filter(({ name }) => name !== left).map(({ options }) => someValue(options));
  const flags = command.flags
    .filter(({ name, required }) => required && name !== left)
    .flatMap(({ name, options }) => [`--${name}`, someValue(options)]);
  return [command.id, ...args, ...flags];
}

/** The shortest command line that is understood. */
function least(command: DescribedCommand, left?: string): string[] {
  const also = ALSO[command.id] ?? [];
  return [...declared(command, left), ...(also.includes(`--${left}`) ? [] : also)];
}

function given(command: DescribedCommand, name: string): string[] {
  const flag = command.flags.find((each) => each.name === name);
  // A number is also a text.
  return flag?.takesValue === true ? [`--${name}`, flag.options[0] ?? '1'] : [`--${name}`];
}

/** Their argument may be repeated. */
const TAKES_SEVERAL = /^import$/;

const USAGE: Row[] = commands.flatMap((command): Row[] => [
  { what: 'an unknown flag', line: [...least(command), '--no-such-flag'], says: /found --no-such-flag/ },
  ...(TAKES_SEVERAL.test(command.id)
    ? []
    : [
        {
          what: 'an argument too many',
          line: [...least(command), 'too-many'],
          says: /expected no further argument, found/,
        },
      ]),
  ...command.args
    .filter(({ required }) => required)
    .map(({ name }) => ({
      what: `no ${name}`,
      line: [
        command.id,
        ...command.flags.filter(({ required }) => required).flatMap((flag) => given(command, flag.name)),
      ],
      says: new RegExp(`expected .*${name.toUpperCase()} \\(.*found nothing there`),
    })),
  ...command.flags.flatMap((flag): Row[] => [
    ...(flag.required
      ? [
          {
            what: `no --${flag.name}`,
            line: least(command, flag.name),
            says: new RegExp(`--${flag.name}: expected`),
          },
        ]
      : []),
    ...(flag.takesValue
      ? [
          {
            what: `--${flag.name} without a value`,
            line: [...least(command, flag.name), `--${flag.name}`],
            says: new RegExp(`--${flag.name}: expected .*, found nothing behind it`),
          },
        ]
      : []),
    ...(flag.options.length > 0
      ? [
          {
            what: `a wrong --${flag.name}`,
            line: [...least(command, flag.name), `--${flag.name}`, 'no-such'],
            says: new RegExp(`--${flag.name}: expected one of .*, found no-such`),
          },
        ]
      : []),
    ...flag.exclusive.map((other) => ({
      what: `--${flag.name} with --${other}`,
      line: [...declared(command), ...given(command, flag.name), ...given(command, other)],
      says: new RegExp(
        `expected one of (--${flag.name} and --${other}|--${other} and --${flag.name}), found both`,
      ),
    })),
    ...flag.dependsOn.map((other) => ({
      what: `--${flag.name} without --${other}`,
      line: [...least(command, other), ...given(command, flag.name)],
      says: new RegExp(`--${flag.name}: expected --${other} with it`),
    })),
  ]),
]);

/** Wrong values that no declaration excludes. */
const WRONG_VALUES: Row[] = [
  [['events:deliveries', '--limit', 'many'], /--limit: expected an integer, found many/],
  [['events:deliveries', '--limit', '0'], /--limit: expected an integer greater than or equal to 1, found 0/],
  [['events:deliveries', '--since', 'nonsense'], /expected --since to be a time .*, found/],
  [['events:dead-letters', '--since', 'nonsense'], /expected --since to be a time .*, found/],
  [
    ['events:generate', 'x', '-m', 'root = 1', '-i', '1m', '-f', 'root = this'],
    /--filter: expected --target with it/,
  ],
  [['events:subscriptions:rewind', 'x'], /expected/],
  [['events:subscriptions:rewind', 'x', '--earliest', '--latest'], /expected/],
  [['events:publications:update', 'x'], /expected/],
  [['events:subscriptions:update', 'x'], /expected/],
  [['events:erase'], /expected/],
  [['events:deliveries:retry'], /expected/],
  [['events:deliveries:retry', 'x', '--all'], /expected/],
  [['events:dead-letters:redrive'], /expected/],
  [
    ['events:filters:test', '-f', 'root = this', '--all'],
    /--all: expected events from --event-file or stdin/,
  ],
  [['events:listen', 'x'], /expected --forward URL, .*, found none/],
  [['events:listen', '--remove'], /--remove: expected the name of the listener, found none/],
  [
    ['events:listen', 'x', '--forward', 'ftp://x/'],
    /--forward: expected a URL such as .*, found "ftp:\/\/x\/"/,
  ],
  [['events:listen', 'x', '--forward', 'http://u:p@x/'], /expected a URL without user and password/],
  [
    ['events:listen', 'x', '--forward', 'http://x/', '--timeout', '0'],
    /--timeout: expected an integer .*, found 0/,
  ],
  [
    ['events:listen', 'x', '--forward', 'http://x/', '--skip-after', '0'],
    /--skip-after: expected an integer/,
  ],
  [['apps:info', 'one', '-a', 'two'], /expected one app, found two/],
  [['events:authorizations:salesforce:create', 'x', '--flow', 'jwt'], /expected/],
].map(([line, says]) => ({ what: 'a wrong value', line, says }) as Row);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly message: string;
}

async function results(rows: readonly Row[], app = 'shop'): Promise<Result[]> {
  asked.length = 0;
  const ended = await runProcess(process.execPath, [join(ROOT, 'test/cli/run-many.js')], {
    cwd: home,
    stdin: JSON.stringify(rows.map(({ line }) => line)),
    env: {
      HOME: home,
      SLUICE_API_URL: `http://127.0.0.1:${front.port}`,
      SLUICE_TOKEN: api.adminToken,
      SLUICE_APP: app,
    },
  });
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

/** The rows that did not end as expected: one round shows all of them. */
function faults(rows: readonly Row[], found: readonly Result[], code: number): string[] {
  return rows.flatMap(({ what, line, says }, at) => {
    const result = found[at];
    return result?.code === code && result.stdout === '' && says.test(result.message)
      ? []
      : [`${what}: ${line.join(' ')}\n  → ${JSON.stringify(result)}\n  expected ${code} and ${says}`];
  });
}

test('faults of a command line end with 2 and with what was expected, and ask nothing of the service', {
  timeout: 120_000,
}, async () => {
  const rows = [...USAGE, ...WRONG_VALUES];
  expect(rows.length).toBeGreaterThan(400);
  expect(faults(rows, await results(rows), 2)).toEqual([]);
  expect(asked).toEqual([]);
});

/** They need no app, or create one. */
const OF_NO_APP =
  /^(apps|apps:create|completion|tokens|doctor|mcp|addon:manifest|events:filters:test|events:dead-letters.*)$/;

test('an app that is not there is refused by its name with 1, and nothing changes', {
  timeout: 60_000,
}, async () => {
  const rows = commands
    .filter(({ id }) => !OF_NO_APP.test(id) && !READS_A_FILE.test(id))
    .map((command) => ({
      what: 'an unknown app',
      line: [
        ...least(command).map((word) =>
          command.id.startsWith('apps:') && word === 'no-such' ? 'no-app' : word,
        ),
        ...confirmed(command, 'no-app'),
      ],
      says: /no-app/,
    }));
  expect(faults(rows, await results(rows, 'no-app'), 1)).toEqual([]);
  expect(asked.filter(({ method, status }) => method !== 'GET' && status < 400)).toEqual([]);
});

function confirmed({ flags }: DescribedCommand, app: string): string[] {
  return flags.some(({ name }) => name === 'confirm') ? ['--confirm', app] : [];
}

/** They read their files before they send any request. */
const READS_A_FILE = /^(apply|import)$/;

/** Their argument is one of a few words, or names something that need not exist. */
const OF_A_LIST = /^(completion|config:get|events:trace)$/;

/** The name of what they destroy confirms them. */
const OF_ITSELF = /^(apps|events:dead-letters):/;

/** Their argument is the name of what they create. */
const CREATES = /^(apps:create|events:generate|events:listen|events:.*:create)$/;

test('a name that is not there is refused with 1, and nothing changes', { timeout: 60_000 }, async () => {
  await api.call('POST', '/v1/apps', { body: { name: 'shop' } });
  const rows = commands
    .filter(
      ({ id, args }) =>
        args.length > 0 && (!CREATES.test(id) || id === 'events:streams:create') && !OF_A_LIST.test(id),
    )
    .map((command) => ({
      what: 'an unknown name',
      line: [...least(command), ...confirmed(command, OF_ITSELF.test(command.id) ? 'no-such' : 'shop')],
      says: /no-such/,
    }));
  expect(rows.length).toBeGreaterThan(25);
  expect(faults(rows, await results(rows), 1)).toEqual([]);
  expect(asked.filter(({ method, status }) => method !== 'GET' && status < 400)).toEqual([]);
});
