import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { trackedFiles } from '../../scripts/tracked-files.ts';
import { contractFaults, portsOf } from '../support/ports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PORT = 'export interface Store { get(id: string): Promise<string> }';
const IMPLEMENTATION = 'export class MemoryStore implements Store { async get() { return ""; } }';
const CONTRACT = 'export function storeContract() {}';
const RUN = "import './store.contract.ts'; import '../../src/adapters/stores.ts';";

test('every port has a contract that all of its implementations keep', () => {
  const files = trackedFiles(ROOT, '*.ts').filter((path) => existsSync(join(ROOT, path)));
  const texts = new Map(files.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
  expect(contractFaults(files, (path) => texts.get(path))).toEqual([]);
});

describe('what is no port', () => {
  test.each([
    ['a record', 'export interface Feed { readonly id: string }'],
    ['what only its file knows', 'interface Store { get(): string }'],
    [
      'what a port gives',
      'export interface Source { open(): Opened }\nexport type Opened = { stream: Stream };\nexport interface Stream { next(): string }',
    ],
  ])('%s', (_what, text) => {
    expect(portsOf('src/domain/a.ts', text).map(({ name }) => name)).not.toContain('Stream');
    expect(portsOf('src/domain/a.ts', text).map(({ name }) => name)).not.toContain('Feed');
  });
});

describe('a fault is', () => {
  const sound = {
    'src/domain/store.ts': PORT,
    'src/adapters/memory-store.ts': IMPLEMENTATION,
    'src/adapters/stores.ts': "import { MemoryStore } from './memory-store.ts';",
    'test/contracts/store.contract.ts': CONTRACT,
    'test/contracts/store.test.ts': RUN,
  };
  const faultsOf = (files: { readonly [path: string]: string }) =>
    contractFaults(Object.keys(files), (path) => files[path]);

  test('nothing of what is in order', () => {
    expect(faultsOf(sound)).toEqual([]);
  });

  test.each([
    [
      'a port without a contract',
      { 'src/domain/queue.ts': 'export interface WorkQueue { send(): void }' },
      /work-queue\.contract\.ts/,
    ],
    [
      'a contract that nobody runs',
      { 'test/contracts/store.test.ts': '' },
      /store\.test\.ts to run the contract/,
    ],
    ['an implementation that does not run it', { 'local/store.ts': IMPLEMENTATION }, /^local\/store\.ts: /],
    [
      'a double in a test',
      { 'src/domain/a.test.ts': 'class Double implements Store {}' },
      /^src\/domain\/a\.test\.ts: /,
    ],
    [
      'a port in a storey above',
      { 'src/pipeline/a.ts': 'export interface Records { get(): void }' },
      /^src\/pipeline\/a\.ts: /,
    ],
  ])('%s', (_what, planted, expected) => {
    expect(faultsOf({ ...sound, ...planted })).toEqual([expect.stringMatching(expected)]);
  });
});
