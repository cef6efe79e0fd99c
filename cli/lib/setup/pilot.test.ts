import { describe, expect, it } from 'vitest';
import { pilotSetup } from './pilot.ts';
import { readSetup } from './read-setup.ts';
import { setupText } from './setup-text.ts';

// The shapes are those on record of the pilot's first version, and the names of its newer one.
const FILTER = 'root = if ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }';
const account = {
  id: '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f',
  name: 'fakeOrgAccountChange',
  platform: 'salesforce',
  params: { event: '/data/AccountChangeEvent', org_name: 'fake-sfdc-org' },
};
const hook = {
  id: 'beabd9f6-cf0a-4469-a956-de4d2e4ffda0',
  name: 'fakeOrgAccountCreated',
  platform: 'webhook',
  params: { url: 'https://example.com/api/webhooks/fake-sfdc-org' },
};
const ticker = {
  id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda1',
  name: 'herokuEventsSystemStatus',
  platform: 'generate',
  params: { interval: '1m', mapping: 'root = {"status": "up", "created_at": timestamp_unix_milli()}' },
};
const subscriptions = [
  { ...account, targets: [{ ...hook, filter: FILTER }] },
  { ...ticker, targets: [] },
];
const publications = [
  { ...hook, sources: [{ ...account, filter: FILTER }] },
  {
    id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda2',
    name: 'status',
    platform: 'salesforce',
    params: { topic: '/event/System_Status__e', alias: 'other-org' },
    sources: [{ ...ticker, filter: null }],
  },
];
const files = (...contents: (string | object)[]) =>
  contents.map((content, at) => ({
    from: `${at + 1}.json`,
    text: typeof content === 'string' ? content : JSON.stringify(content),
  }));

describe('the lists of the pilot', () => {
  it('become a setup: newer names, each stream once with its filter, logins, values as the pilot delivered them', async () => {
    const { setup, notes, leftOut } = pilotSetup(files(subscriptions, publications));
    const text = setupText(setup, 'From the pilot.', notes);
    expect(text).toBe(`# From the pilot.

sluice: 1

authorizations:
  # To be logged in to again: the grant stayed with the pilot.
  # For a sandbox, add: login_url: https://test.salesforce.com
  fake-sfdc-org:
    flow: web
  # To be logged in to again: the grant stayed with the pilot.
  # For a sandbox, add: login_url: https://test.salesforce.com
  other-org:
    flow: web

subscriptions:
  fakeOrgAccountChange:
    platform: salesforce
    topic: /data/AccountChangeEvent
    alias: fake-sfdc-org
    format: avro-json
  herokuEventsSystemStatus:
    platform: generate
    interval: 1m
    mapping: 'root = {"status": "up", "created_at": timestamp_unix_milli()}'

publications:
  # The pilot did not show whether it had a token. If it had, add: token: { env: NAME }
  fakeOrgAccountCreated:
    platform: webhook
    url: https://example.com/api/webhooks/fake-sfdc-org
  status:
    platform: salesforce
    topic: /event/System_Status__e
    alias: other-org

streams:
  - source: fakeOrgAccountChange
    target: fakeOrgAccountCreated
    filter: root = if ChangeEventHeader.changeType == "CREATE" { this } else { deleted() }
  - source: herokuEventsSystemStatus
    target: status
`);
    expect(leftOut).toEqual([]);
    // What was written can be read.
    expect(setupText(await readSetup(text, 'x'), 'From the pilot.', notes)).toBe(text);
  });

  it('give the same from one of the two alone, as far as it tells', () => {
    const { setup } = pilotSetup(files(subscriptions));
    expect(setup.publications.map(({ name }) => name)).toEqual(['fakeOrgAccountCreated']);
    expect(setup.streams).toHaveLength(1);
  });

  it('take the login URL from a list of authorizations', () => {
    const authorizations = [
      {
        id: 'x',
        platform: 'salesforce',
        params: { org_name: 'fake-sfdc-org', url: 'https://acme.my.salesforce.com' },
        extra: null,
      },
    ];
    const { setup } = pilotSetup(files(authorizations, subscriptions));
    expect(setup.authorizations).toMatchObject([
      {
        name: 'fake-sfdc-org',
        settings: new Map([
          ['flow', 'web'],
          ['login_url', 'https://acme.my.salesforce.com'],
        ]),
      },
    ]);
  });

  it('may be empty: the pilot printed a sentence then', () => {
    const { setup } = pilotSetup(files('No Heroku Events publications for app my-app.\n', '[]'));
    expect(setup).toEqual({ authorizations: [], subscriptions: [], publications: [], streams: [] });
  });

  it('leave out what Sluice does not have, and say so', () => {
    const odd = { ...hook, name: 'odd', platform: 'carrier-pigeon', params: { loft: 'x' } };
    const { setup, leftOut } = pilotSetup(
      files([
        { ...account, params: { ...account.params, colour: 'red' }, targets: [{ ...odd, filter: null }] },
      ]),
    );
    expect(setup.publications).toEqual([]);
    expect(setup.streams).toEqual([]);
    expect(leftOut).toEqual([
      '"colour" of the subscription fakeOrgAccountChange: Sluice has no such setting',
      'the publication odd: Sluice has no platform carrier-pigeon for it',
      'the stream fakeOrgAccountChange → odd: it needs the publication odd, which is not taken over',
    ]);
  });

  it.each<[what: string, contents: (string | object)[], message: string]>([
    [
      'no JSON',
      ['=== Heroku Events subscriptions'],
      '1.json: expected what "heroku events:subscriptions --json"',
    ],
    ['an object', [{ id: 'x' }], '1.json: expected what "heroku events:subscriptions --json"'],
    ['neither sources nor targets', [[account]], '1.json: expected subscriptions with their "targets"'],
    [
      'a name that is no text',
      [[{ ...account, name: 7, targets: [] }]],
      '1.json: expected "name" to be string, found 7',
    ],
    [
      'lists of two moments',
      [subscriptions, [{ ...hook, sources: [{ ...account, filter: 'root = this' }] }]],
      '2.json: the filter of the stream fakeOrgAccountChange → fakeOrgAccountCreated is another one than in 1.json',
    ],
  ])('refuse what they cannot be: %s', (_what, contents, message) => {
    expect(() => pilotSetup(files(...contents))).toThrow(message);
  });
});

describe('the text of a file', () => {
  it('says each value so that it is read as it was', async () => {
    const odd = [
      '',
      ' ',
      '- a',
      'a: b # c',
      '"',
      "it's",
      'null',
      '1',
      '@every 90s',
      'a\nb',
      'a\n',
      '\n a\n\tb \n\n',
      'a\r\nb',
      '\u001b[31m',
      '\u009b\u202e\u{e0001}\u2028',
      '%',
      '---',
      '*a',
      '&a',
    ];
    for (const mapping of odd) {
      const settings = new Map<string, unknown>([
        ['interval', '1m'],
        ['mapping', mapping],
      ]);
      const resource = {
        kind: 'subscription',
        name: '7',
        platform: 'generate',
        settings,
        secrets: new Map(),
      } as const;
      const setup = { authorizations: [], subscriptions: [resource], publications: [], streams: [] };
      const text = setupText(setup, 'x');
      expect(text.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{C}/u);
      const read = await readSetup(text, 'x');
      expect(read.subscriptions[0]).toMatchObject({ name: '7' });
      expect(read.subscriptions[0]?.settings.get('mapping')).toBe(mapping);
    }
  });
});
