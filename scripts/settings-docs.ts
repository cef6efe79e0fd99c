import { readFileSync, writeFileSync } from 'node:fs';
import { SETTINGS } from '../src/settings/names.ts';

/**
 * Writes the table of settings into docs/operations.md; with `--check` it only reports whether the table is up to date.
 */
const FILE = `${import.meta.dirname}/../docs/operations.md`;
const MARK = '<!-- made by scripts/settings-docs.ts -->';

const before = readFileSync(FILE, 'utf8');
const at = before.indexOf(MARK);
if (at < 0) throw new Error(`expected ${MARK} in docs/operations.md`);
const rows = Object.entries(SETTINGS).map(([name, description]) => `| \`${name}\` | ${description} |`);
const after = `${before.slice(0, at)}${MARK}\n${['| variable | |', '|---|---|', ...rows].join('\n')}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, after);
else if (after !== before) {
  console.error('docs/operations.md is not up to date: run npm run docs:settings');
  process.exit(1);
}
