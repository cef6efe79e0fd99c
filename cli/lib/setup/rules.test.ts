import { describe, expect, it } from 'vitest';
import { SOURCES } from '../../../src/platforms/sources.ts';
import { TARGETS } from '../../../src/platforms/targets.ts';
import {
  AUTHORIZATION_RULES,
  PUBLICATION_RULES,
  type Rules,
  type SettingRule,
  STREAM_RULES,
  SUBSCRIPTION_RULES,
} from './rules.ts';

const PARAMS = new Map<string, object>([
  ...SOURCES.map(({ name, fields }) => [`subscription ${name}`, fields.params] as const),
  ...TARGETS.map(({ name, fields }) => [`publication ${name}`, fields.params] as const),
]);

const SETTINGS = [...SUBSCRIPTION_RULES, ...PUBLICATION_RULES].flatMap((rules) =>
  rules.settings.map((rule): [string, SettingRule, Rules] => [
    `"${rule.name}" of a ${rules.kind} of ${rules.platform}`,
    rule,
    rules,
  ]),
);

describe('each setting of each platform', () => {
  it.each(SETTINGS)('%s is exported, or says why not', (_title, rule, { kind, platform }) => {
    const params = PARAMS.get(`${kind} ${platform}`) ?? {};
    // A parameter that has the name of a secret does not hold it.
    const isKnown =
      rule.secret === undefined
        ? rule.shown !== undefined
        : rule.secret.isMade || (rule.setWhen?.param ?? '') in params;
    const why = isKnown || rule.notKept !== undefined;
    // In command.flags: `setWhen` for a secret, with the parameter that shows that it is set; or `notKept`, with what to do instead.
    expect(why, 'expected it among fields.params, or its flag with setWhen or notKept').toBe(true);
  });

  it('is one that can be given', () => {
    expect(SETTINGS.length).toBeGreaterThan(20);
  });

  it('can be told that it is set by a parameter that is shown', () => {
    const strays = SETTINGS.filter(
      ([, { setWhen }, { kind, platform }]) =>
        setWhen !== undefined && !(setWhen.param in (PARAMS.get(`${kind} ${platform}`) ?? {})),
    );
    expect(strays.map(([title]) => title)).toEqual([]);
  });
});

it('a secret is never taken for a setting that is shown', () => {
  const names = (rules: Rules) =>
    rules.settings.filter(({ secret }) => secret !== undefined).map(({ name }) => name);
  expect(names(AUTHORIZATION_RULES)).toEqual(['client_secret', 'private_key', 'sfdx_auth_url']);
  const webhook = PUBLICATION_RULES.find(({ platform }) => platform === 'webhook');
  expect(webhook === undefined ? [] : names(webhook)).toEqual([
    'token',
    'basic_password',
    'oauth_client_secret',
    'headers',
    'signing_secret',
  ]);
});

it('what a creation takes, and what is paused, is a setting of every platform', () => {
  for (const { settings } of PUBLICATION_RULES) {
    expect(settings.map(({ name }) => name)).toEqual(expect.arrayContaining(['retry', 'paused']));
  }
  for (const { settings } of SUBSCRIPTION_RULES) expect(settings.map(({ name }) => name)).toContain('paused');
  expect(STREAM_RULES.settings.map(({ name }) => name)).toContain('filter');
});

it('the usual values are those that the API documents', () => {
  const replay = SUBSCRIPTION_RULES.find(({ platform }) => platform === 'salesforce')?.settings.find(
    ({ name }) => name === 'replay',
  );
  expect(replay).toMatchObject({ usual: 'latest', change: undefined, shown: 'params' });
});
