import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEROKU_ADDON, HEROKU_ADDON_FILE } from '../../test/support/heroku.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { makeFindHerokuAddon } from './heroku-addon.ts';

describe('the add-on in a file', () => {
  let folder: string;
  let file: string;
  let clock: TestClock;
  let logged: string[];
  const open = () =>
    makeFindHerokuAddon(
      { file, secretArn: undefined },
      { clock, log: { write: (code, fields) => logged.push(JSON.stringify({ code, ...fields })) } },
    );
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-addon-'));
    file = join(folder, 'addon.json');
    clock = new TestClock();
    logged = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is off until the file is there, and on within a minute', async () => {
    const find = open();
    expect(await find()).toBeUndefined();
    writeFileSync(file, HEROKU_ADDON_FILE);
    clock.advance(60_001);
    expect(await find()).toEqual({ ...HEROKU_ADDON, configVarsPrefix: 'ACME_EVENTS' });
    expect(logged).toEqual([]);
  });

  it('is off where no place is named', async () => {
    const log = { write: () => undefined };
    expect(
      await makeFindHerokuAddon({ file: undefined, secretArn: undefined }, { clock, log })(),
    ).toBeUndefined();
  });

  const whole = JSON.parse(HEROKU_ADDON_FILE);
  it.each([
    ['what AWS made', 'k8#dOx random', 'expected a JSON object'],
    ['a list', '[]', 'expected'],
    [
      'no password',
      JSON.stringify({ ...whole, password: undefined }),
      'expected "password" to be given, found it missing',
    ],
    [
      'a short salt',
      JSON.stringify({ ...whole, sso_salt: 'pepper' }),
      'expected "sso_salt" to have at least 16 characters',
    ],
    [
      'a client secret that is no text',
      JSON.stringify({ ...whole, client_secret: 1 }),
      'expected "client_secret" to be string',
    ],
    [
      'no client secret yet',
      JSON.stringify({ ...whole, client_secret: '' }),
      'expected "client_secret" to have',
    ],
    ['a wrong slug', JSON.stringify({ ...whole, slug: 'Acme Events' }), 'expected "slug" to be lower-case'],
    [
      "Heroku's own prefix",
      JSON.stringify({ ...whole, config_vars_prefix: 'HEROKU_X' }),
      'not to begin with HEROKU_',
    ],
    ['no plan', JSON.stringify({ ...whole, plans: [] }), 'expected "plans"'],
  ])('is off with %s, and the log says why without a word of it', async (_what, text, fault) => {
    writeFileSync(file, text);
    expect(await open()()).toBeUndefined();
    const [line = ''] = logged;
    expect(JSON.parse(line)).toMatchObject({
      code: 'HEROKU_ADDON_OFF',
      fault: expect.stringContaining(fault),
    });
    for (const secret of ['random', 'pepper', whole.password, whole.sso_salt])
      expect(line).not.toContain(secret);
  });
});
