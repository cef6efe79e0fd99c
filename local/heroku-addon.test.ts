import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HEROKU_ADDON_FILE } from '../test/support/heroku.ts';
import { herokuAddonLine } from './heroku-addon.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-addon-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('the first lines of a run that is to be an add-on', () => {
  it('say where it is', () => {
    const file = join(dir, 'whole.json');
    writeFileSync(file, HEROKU_ADDON_FILE);
    expect(herokuAddonLine(file, 'http://127.0.0.1:4280')).toBe(
      'acme-events, at http://127.0.0.1:4280/heroku/resources',
    );
  });

  it.each([
    ['that is missing', undefined, /^off until .*file\.json can be read \(ENOENT\): sluice addon:manifest/],
    ['without a client secret', { client_secret: '' }, /is whole: expected "client_secret" to have at least/],
  ])('say that it is off, by a file %s', (_what, change, line) => {
    const file = join(dir, 'file.json');
    if (change !== undefined)
      writeFileSync(file, JSON.stringify({ ...JSON.parse(HEROKU_ADDON_FILE), ...change }));
    expect(herokuAddonLine(file, 'http://127.0.0.1:4280')).toMatch(line);
  });

  it('say so of a folder, too', () => {
    expect(herokuAddonLine(dir, 'http://127.0.0.1:4280')).toContain('(EISDIR)');
  });
});
