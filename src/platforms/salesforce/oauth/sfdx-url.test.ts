import { expect, it } from 'vitest';
import { parseSfdxAuthUrl } from './sfdx-url.ts';

it.each([
  [
    'force://PlatformCLI::5Aep861.x_y-z==@acme.my.salesforce.com',
    {
      clientId: 'PlatformCLI',
      clientSecret: undefined,
      refreshToken: '5Aep861.x_y-z==',
      instanceHost: 'acme.my.salesforce.com',
    },
  ],
  [
    ' force://id:secret:token@127.0.0.1:4280\n',
    { clientId: 'id', clientSecret: 'secret', refreshToken: 'token', instanceHost: '127.0.0.1:4280' },
  ],
])('reads %j', (text, expected) => {
  expect(parseSfdxAuthUrl(text)).toEqual(expected);
});

it.each([
  '',
  'force://',
  'https://id:secret:token@host',
  'force://id:token@host',
  'force://id:secret:token@',
  'force://i d:s:t@host',
  'force://id:s:t@host/path/x',
])('does not take %j', (text) => {
  expect(parseSfdxAuthUrl(text)).toBeUndefined();
});
