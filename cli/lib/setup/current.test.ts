import { expect, it } from 'vitest';
import { currentOf } from './current.ts';
import { setupText } from './setup-text.ts';
import { VariableNames } from './variable-names.ts';

const authorization = (alias: string, fields: object) => ({
  id: '5d25c8a0-28b1-44fc-b6c0-e91fa018a42f',
  alias,
  platform: 'salesforce',
  params: { org_name: alias, alias, url: 'https://acme.my.salesforce.com' },
  status: 'active',
  login_url: 'https://acme.my.salesforce.com',
  client_id: '3MVG9',
  pubsub_endpoint: 'api.pubsub.salesforce.com:443',
  insecure: false,
  created_at: '2026-11-23T20:00:00.000Z',
  extra: null,
  ...fields,
});
const webhook = (name: string, params: object) => ({
  id: 'c9d2b1d6-cf0a-4469-a956-de4d2e4ffda1',
  name,
  platform: 'webhook',
  params: { url: 'https://example.com/', content_mode: 'structured', timeout_seconds: 15, ...params },
  state: 'active',
  created_at: '2026-11-23T20:00:00.000Z',
  sources: [],
});
const NOTHING = { authorizations: [], subscriptions: [], publications: [], streams: [] };
const textOf = (answers: Partial<typeof NOTHING> | object) =>
  setupText(currentOf({ ...NOTHING, ...answers }), 'x');

it('an authorization has what its flow needs, whatever else is shown', () => {
  const text = textOf({
    authorizations: [
      authorization('web', { flow: 'web', given_secrets: ['client_secret'], username: 'who-logged-in' }),
      authorization('jwt', { flow: 'jwt', given_secrets: ['private_key'], username: 'a@example.com' }),
      authorization('cli', { flow: 'sfdx-url', given_secrets: ['sfdx_auth_url'] }),
    ],
  });
  expect(text.slice(text.indexOf('authorizations'))).toBe(`authorizations:
  cli:
    flow: sfdx-url
    login_url: https://acme.my.salesforce.com
    sfdx_auth_url: { env: CLI_SFDX_AUTH_URL }
    pubsub_endpoint: api.pubsub.salesforce.com:443
  jwt:
    flow: jwt
    login_url: https://acme.my.salesforce.com
    client_id: 3MVG9
    private_key: { env: JWT_PRIVATE_KEY }
    username: a@example.com
    pubsub_endpoint: api.pubsub.salesforce.com:443
  web:
    flow: web
    login_url: https://acme.my.salesforce.com
    client_id: 3MVG9
    client_secret: { env: WEB_CLIENT_SECRET }
    pubsub_endpoint: api.pubsub.salesforce.com:443
`);
});

it('what Sluice reports is not a setting: a disabled publication, a grace of former secrets', () => {
  const text = textOf({
    publications: [
      {
        ...webhook('crm', { authentication: 'bearer', former_secret_until: '2026-11-24T20:00:00.000Z' }),
        state: 'disabled',
        state_reason: 'it answered 410',
        drain_rate: 7,
      },
    ],
  });
  expect(text.slice(text.indexOf('publications'))).toBe(`publications:
  crm:
    platform: webhook
    url: https://example.com/
    token: { env: CRM_TOKEN }
`);
});

it('the same app gives the same text, in whatever order it is listed', () => {
  const publications = ['b', 'a', 'B', '10', '9'].map((name) => webhook(name, { authentication: 'bearer' }));
  expect(textOf({ publications: [...publications].reverse() })).toBe(textOf({ publications }));
});

it('what a newer service has is told, or refused where it cannot be left out', () => {
  const answers = { ...NOTHING, publications: [webhook('crm', { colour: 'red' })] };
  expect(currentOf(answers).unknown).toEqual([
    '"colour" of publication crm is not known to this version, and is left out',
  ]);
  const newer = { ...NOTHING, publications: [{ ...webhook('crm', {}), platform: 'carrier-pigeon' }] };
  expect(() => currentOf(newer)).toThrow(
    /publication crm is of the platform carrier-pigeon, which this version of the command does not know \(it knows .*webhook/,
  );
});

it('each secret has a variable of its own that a shell takes', () => {
  const names = new VariableNames();
  expect([
    names.next('publication', 'QuoteWebHook', 'token'),
    names.next('publication', 'crm-eu', 'token'),
    names.next('publication', 'crm_eu', 'token'),
    names.next('publication', 'crm.eu', 'token'),
    names.next('publication', '9to5', 'basic_password'),
  ]).toEqual([
    'QUOTE_WEB_HOOK_TOKEN',
    'CRM_EU_TOKEN',
    'PUBLICATION_CRM_EU_TOKEN',
    'CRM_EU_TOKEN_2',
    'PUBLICATION_9TO5_BASIC_PASSWORD',
  ]);
});

it('a listener is no part of it, nor are its streams', () => {
  const stream = (target: string) => ({
    source: { id: 'a', name: 'orders' },
    target: { id: 'b', name: target },
    filter: null,
    created_at: '2026-11-23T20:00:00.000Z',
  });
  const { publications, streams } = currentOf({
    ...NOTHING,
    publications: [{ ...webhook('ada', { listener: true }), platform: 'pull' }, { ...webhook('crm', {}) }],
    streams: [stream('ada'), stream('crm')],
  });
  expect(publications.map(({ name }) => name)).toEqual(['crm']);
  expect(streams.map(({ target }) => target)).toEqual(['crm']);
});
