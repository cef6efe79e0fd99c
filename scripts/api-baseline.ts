// `npm run docs:api-baseline` writes docs/openapi-baseline.json, the API as its callers know it, and refuses a change that
// would break them unless it gets `--breaking`. With `--check` it writes nothing, and fails when the file is out of date.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openApiDocument } from '../functions/api/openapi.ts';
import { ROUTES } from '../functions/api/routes/table.ts';
import { type ApiDocument, breakingChanges } from './api-compatibility.ts';

const FILE = `${import.meta.dirname}/../docs/openapi-baseline.json`;
const { values } = parseArgs({ options: { check: { type: 'boolean' }, breaking: { type: 'boolean' } } });

const now = openApiDocument(ROUTES, 'https://<host>');
const text = `${JSON.stringify(now, undefined, 1)}\n`;
const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : undefined;
// Only this script writes the file.
const faults =
  before === undefined
    ? []
    : breakingChanges(JSON.parse(before) as ApiDocument, JSON.parse(text) as ApiDocument);

if (faults.length > 0 && values.breaking !== true) {
  console.error(`callers of the API would be broken:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  console.error(
    'Keep what they use. Where that cannot be, say so in the commit: npm run docs:api-baseline -- --breaking',
  );
  process.exitCode = 1;
} else if (values.check !== true) {
  writeFileSync(FILE, text);
} else if (before !== text) {
  console.error('docs/openapi-baseline.json is not up to date: run npm run docs:api-baseline');
  process.exitCode = 1;
}
