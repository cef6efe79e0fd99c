import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleConsole, type ConsoleBundle } from '../../lib/console-bundle.ts';

/** What a browser has to load before it shows anything: on a slow connection, 60 kB take half a second. */
const FIRST_VIEW_BYTES_MAX = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'sluice-console-'));
let bundle: ConsoleBundle;
let page: string;

beforeAll(() => {
  bundle = bundleConsole(directory);
  page = readFileSync(join(directory, 'index.html'), 'utf8');
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the script of the first view is no larger than it may be, compressed', () => {
  const sizes = bundle.firstView.map((file) => statSync(join(directory, `${file}.br`)).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(FIRST_VIEW_BYTES_MAX);
});

test('editor and charts come when they are needed', () => {
  for (const file of bundle.firstView) {
    expect(page).toContain(`/console/${file}`);
    expect(readFileSync(join(directory, file), 'utf8')).not.toMatch(/cm-editor|uplot/);
  }
});

test('the page names only files that are there, and lets nothing run that its policy would stop', () => {
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
  expect(named.length).toBeGreaterThan(1);
  // An image may be embedded in the page.
  for (const address of named.filter((each) => !each.startsWith('data:image/'))) {
    expect(bundle.files).toContain(address.replace(/^\/console\//, ''));
  }
  expect(page).not.toMatch(/<style|<script(?![^>]* src=)| on\w+=| style=| nonce=/);
});

test('nothing is asked of anybody else', () => {
  for (const file of bundle.files) {
    const text = readFileSync(join(directory, file), 'utf8');
    // XML names that nobody fetches; addresses in texts are shown as links, and by themselves fetch nothing.
    const addresses = text.match(/(?:url\(|import\(|fetch\(|src=)["']?https?:\/\/[^"')\s]+/g) ?? [];
    expect({ file, addresses }).toEqual({ file, addresses: [] });
  }
});

test('what is compressed beside a file is that file', () => {
  const names = readdirSync(join(directory, 'assets'));
  const compressed = names.filter((name) => /\.(br|gz)$/.test(name));
  expect(compressed.length).toBeGreaterThan(1);
  for (const name of compressed) {
    const bytes = readFileSync(join(directory, 'assets', name));
    const plain = readFileSync(join(directory, 'assets', name.replace(/\.(br|gz)$/, '')));
    expect((name.endsWith('.br') ? brotliDecompressSync(bytes) : gunzipSync(bytes)).equals(plain)).toBe(true);
    expect(bytes.length).toBeLessThan(plain.length);
  }
});

test('the same sources make the same files', () => {
  const again = mkdtempSync(join(tmpdir(), 'sluice-console-'));
  try {
    expect(bundleConsole(again, { isCompressed: false }).files).toEqual(bundle.files);
  } finally {
    rmSync(again, { recursive: true });
  }
});
