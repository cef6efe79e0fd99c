import { describe, expect, it } from 'vitest';
import { readSetup } from './read-setup.ts';

const GOOD = `sluice: 1
authorizations:
  my-org:
    flow: client-credentials
    login_url: https://acme.my.salesforce.com
    client_id: 3MVG9
    client_secret: { env: MY_ORG_CLIENT_SECRET }
subscriptions:
  accounts:
    platform: salesforce
    topic: /data/AccountChangeEvent
    alias: my-org
  clock:
    platform: generate
    interval: 0 8 * * MON-FRI
    mapping: |-
      root.at = now()
      root.kind = "tick"
publications:
  crm:
    platform: webhook
    url: https://example.com/hook
    token: { file: secrets/crm }
    retry: [5s, 1m]
    paused: true
streams:
  - source: accounts
    target: crm
    filter: root = if this.Amount > 5 { this } else { deleted() }
  - { source: clock, target: crm }
`;

async function messageOf(text: string): Promise<string> {
  try {
    await readSetup(text, 'setup.yaml');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no fault';
}

it('a good file is read with its lines', async () => {
  const setup = await readSetup(GOOD, 'setup.yaml');
  expect(setup.authorizations).toMatchObject([{ name: 'my-org', line: 3 }]);
  expect(setup.authorizations[0]?.secrets).toEqual(
    new Map([['client_secret', { env: 'MY_ORG_CLIENT_SECRET' }]]),
  );
  expect(setup.subscriptions.map(({ name, platform }) => [name, platform])).toEqual([
    ['accounts', 'salesforce'],
    ['clock', 'generate'],
  ]);
  expect(setup.subscriptions[1]?.settings.get('mapping')).toBe('root.at = now()\nroot.kind = "tick"');
  expect(setup.publications[0]?.settings).toEqual(
    new Map<string, unknown>([
      ['url', 'https://example.com/hook'],
      ['retry', ['5s', '1m']],
      ['paused', true],
    ]),
  );
  expect(setup.streams).toMatchObject([
    { source: 'accounts', target: 'crm', line: 27 },
    { source: 'clock', target: 'crm' },
  ]);
});

it('a file without resources is a setup', async () => {
  expect(await readSetup('sluice: 1\nstreams:\n', 'x')).toMatchObject({ streams: [], publications: [] });
});

describe('a bad file is told with its line, and what was expected', () => {
  const change = (from: string, to: string) => {
    expect(GOOD).toContain(from);
    return GOOD.replace(from, to);
  };
  it.each<[what: string, text: string, message: string]>([
    ['nothing', '', 'setup.yaml:1: expected a setup, which begins with "sluice: 1", found nothing'],
    ['another kind of file', 'name: x\n', 'setup.yaml:1: expected "sluice: 1" at the top'],
    ['a later version', 'sluice: 2\n', 'setup.yaml:1: expected "sluice: 1", found 2'],
    ['a fault of the form', 'sluice: 1\nstreams: [\n', 'setup.yaml:3: '],
    ['tabs', 'sluice: 1\nstreams:\n\t- a\n', 'setup.yaml:3: '],
    [
      'an unknown section',
      change('streams:', 'stream:'),
      'setup.yaml:26: expected a section of a setup, found the unknown key "stream": is it "streams"?',
    ],
    [
      'an unknown setting',
      change('topic:', 'topik:'),
      'setup.yaml:11: expected a setting of subscription accounts, found the unknown key "topik": is it "topic"?',
    ],
    [
      'a setting that is missing',
      change('    topic: /data/AccountChangeEvent\n', ''),
      'setup.yaml:9: expected "topic" of subscription accounts, found it missing',
    ],
    [
      'an older name',
      change('topic:', 'event:'),
      'setup.yaml:11: "event" of subscription accounts is the pilot\'s name: it is called "topic"',
    ],
    [
      'an unknown platform',
      change('platform: webhook', 'platform: webhok'),
      'setup.yaml:21: expected "platform" of publication crm to be one of',
    ],
    ['no platform', change('    platform: webhook\n', ''), 'found none'],
    [
      'a wrong type',
      change('retry: [5s, 1m]', 'retry: often'),
      'setup.yaml:24: publication crm: expected "retry" to be a list, found "often"',
    ],
    [
      'a number for a text',
      change('url: https://example.com/hook', 'url: 7'),
      'setup.yaml:22: publication crm: expected "url" to be a text, found 7',
    ],
    [
      'a number out of range',
      change('paused: true', 'timeout_seconds: 99'),
      'setup.yaml:25: publication crm: expected "timeout_seconds" to be <=30, found 99',
    ],
    [
      'a name that is there twice',
      change('  clock:', '  accounts:'),
      'setup.yaml:13: expected each name once, found it again',
    ],
    [
      'a setting that is there twice',
      change('paused: true', 'url: https://b.example.com'),
      'setup.yaml:25: expected each name once, found it again',
    ],
    ['a bad name', change('  crm:', '  "c r m":'), 'setup.yaml:20: expected a name of letters'],
    ['a name of the API', change('  crm:', '  v1:'), 'setup.yaml:20: expected a name that is not reserved'],
    ['a list for resources', change('  my-org:\n    flow', '  - flow'), 'setup.yaml:3: '],
    [
      'a stream that is there twice',
      change('{ source: clock,', '{ source: accounts,'),
      'setup.yaml:30: expected each stream once, found the stream accounts → crm of line 27 again',
    ],
    [
      'a stream without an end',
      change('    target: crm\n', ''),
      'setup.yaml:27: expected "target" of a stream to be the name of a publication, found none',
    ],
    [
      'a filter that does not compile',
      change('root = if this.Amount > 5', 'root = if this.Amount >'),
      'setup.yaml:29: the filter of the stream accounts → crm does not compile:',
    ],
    [
      'what is part of another setting',
      change('interval: 0 8', 'time_zone: Europe/Berlin\n    interval: 0 8'),
      'setup.yaml:15: "time_zone" of subscription clock is not for a file: it is part of "interval"',
    ],
    [
      'what the flow lacks',
      change('    client_id: 3MVG9\n', ''),
      'setup.yaml:3: authorization my-org: the flow client-credentials needs "client_id" as well',
    ],
    [
      'what the flow does not use',
      change('client_id: 3MVG9', 'client_id: 3MVG9\n    username: a'),
      'setup.yaml:3: authorization my-org: "username" is not for the flow client-credentials',
    ],
    [
      'an unknown flow',
      change('flow: client-credentials', 'flow: magic'),
      'setup.yaml:4: authorization my-org: expected "flow" to be',
    ],
  ])('%s', async (_what, text, message) => {
    const said = await messageOf(text);
    expect(said).toContain(message);
    expect(said).toMatch(/Nothing was changed\.$/);
  });

  it.each(['hunter2', '{ value: hunter2 }', '{ env: hunter2, file: b }', '{ env: "hunter 2" }', '[hunter2]'])(
    'a secret in it is refused, and not repeated: %s',
    async (value) => {
      const said = await messageOf(change('{ file: secrets/crm }', value));
      expect(said).toContain(
        'setup.yaml:23: expected "token" of publication crm to say where the secret is, { env: NAME_OF_A_VARIABLE } or { file: PATH }',
      );
      expect(said).not.toContain('hunter');
    },
  );

  it('all faults at once, in their order', async () => {
    const said = await messageOf(
      change('platform: webhook', 'platform: webhok').replace('flow: client', 'flow: klient'),
    );
    expect(said.split('\n').map((line) => /^setup\.yaml:(\d+)/.exec(line)?.[1])).toEqual([
      '4',
      '21',
      undefined,
    ]);
  });

  it('a file that is too large, and one that grows when it is read', async () => {
    expect(await messageOf(`sluice: 1\n#${'x'.repeat(1_048_576)}`)).toContain(
      'expected at most 1048576 bytes',
    );
    const levels = Array.from(
      { length: 9 },
      (_, at) => `  - &l${at + 1} [${Array(9).fill(`*l${at}`).join(', ')}]`,
    );
    const bomb = `sluice: 1\nsubscriptions:\n  a:\n    platform: generate\n    interval: 1m\n    mapping:\n${['  - &l0 [x]', ...levels].map((line) => `    ${line}`).join('\n')}\n`;
    expect(await messageOf(bomb)).toContain('expected aliases that are followed at most 100 times');
  });
});
