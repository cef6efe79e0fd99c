import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDestination } from './destination.ts';

const nowhere = mkdtempSync(join(tmpdir(), 'sluice-destination-'));
const TOKEN = { SLUICE_TOKEN: 't' };

test.each([
  ['https://events.example.com', 'https://events.example.com', undefined],
  ['https://events.example.com/', 'https://events.example.com', undefined],
  ['https://events.example.com/v1', 'https://events.example.com', undefined],
  ['https://events.example.com/stage/v1/', 'https://events.example.com/stage', undefined],
  ['https://events.example.com/v1/tenants/abc', 'https://events.example.com', 'abc'],
  ['https://events.example.com/stage/v1/tenants/abc/', 'https://events.example.com/stage', 'abc'],
])('%s is the API at %s, app %s', (url, apiUrl, app) => {
  for (const variable of ['SLUICE_API_URL', 'HEROKUEVENTS_API_URL']) {
    const found = findDestination({ ...TOKEN, [variable]: url }, nowhere, nowhere);
    expect({ apiUrl: found.apiUrl, app: found.app }).toEqual({ apiUrl, app });
  }
});

test.each(['events.example.com', 'ftp://events.example.com', '/v1'])('%s is no address of an API', (url) => {
  expect(() => findDestination({ ...TOKEN, SLUICE_API_URL: url }, nowhere, nowhere)).toThrow(
    /^SLUICE_API_URL: expected an http or https URL .*found/,
  );
});

test('an empty variable is one that is not set', () => {
  expect(() => findDestination({ SLUICE_API_URL: '', SLUICE_TOKEN: '' }, nowhere, nowhere)).toThrow(
    'no local run found',
  );
});

test('a local run that cannot be looked into is not taken for none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-unreadable-'));
  mkdirSync(join(folder, 'local.json'));
  expect(() => findDestination({ SLUICE_STATE: folder }, nowhere, nowhere)).toThrow(
    /^cannot read .*local\.json/,
  );
});

test('the line break of the file that a token was read from is not part of it', () => {
  const found = findDestination(
    { SLUICE_API_URL: 'https://events.example.com\r', SLUICE_TOKEN: 'slc_app_x\r\n' },
    nowhere,
    nowhere,
  );
  expect(found).toMatchObject({ apiUrl: 'https://events.example.com', token: 'slc_app_x' });
});

test('the address of the local run takes its token, and its credentials file', () => {
  const folder = join(nowhere, '.sluice');
  mkdirSync(folder);
  const state = { version: 1, apiUrl: 'http://127.0.0.1:4280', adminToken: 'slc_adm_x', app: 'demo' };
  writeFileSync(join(folder, 'local.json'), JSON.stringify(state));
  const own = findDestination({ SLUICE_API_URL: 'http://127.0.0.1:4280/v1' }, nowhere, '/config');
  expect(own).toMatchObject({
    token: 'slc_adm_x',
    app: 'demo',
    credentials: { path: join(folder, 'credentials.json'), localOrigin: 'http://127.0.0.1:4280' },
  });
  const other = findDestination({ SLUICE_API_URL: 'http://127.0.0.1:4281', ...TOKEN }, nowhere, '/config');
  expect(other).toMatchObject({
    token: 't',
    app: undefined,
    localRun: undefined,
    credentials: { path: join('/config', 'credentials', '127.0.0.1_4281.json'), localOrigin: undefined },
  });
});
