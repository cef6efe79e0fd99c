import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { trackedFiles } from '../../scripts/tracked-files.ts';

// src/platforms/outbound makes every request to an address that a tenant names, and checks where it goes. Whatever else can open
// a connection is listed here, each with the reason why no tenant can choose the address.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const OPENERS: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'fetch', pattern: /(?<![\w.#])(?:globalThis\.)?fetch\(/ },
  { what: 'a socket of the browser', pattern: /\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b/ },
  {
    what: 'a module of Node that connects',
    pattern: /(?:from|import\(|require\() ?'(?:node:)?(?:https?|http2|net|tls|dgram)'/,
  },
  {
    what: 'a library that connects',
    pattern:
      /(?:from|import\(|require\() ?'(?:undici|@grpc\/grpc-js|jsforce|axios|got|node-fetch|ws)(?:\/[^']*)?'/,
  },
];

/** By file or folder. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/platforms/outbound/': 'it is the guarded client',
  'src/platforms/salesforce/rest.ts': 'jsforce, whose dispatcher is a guarded agent',
  'src/platforms/salesforce/pubsub/':
    'gRPC has no look-up of ours; checkPubsubEndpoint takes hosts of Salesforce only, which prove it by their certificates',
  'src/adapters/sqs/batch-sender.ts': 'to SQS, at the address of the settings',
};

/** Type imports open no connections. */
function openersOf(text: string): string[] {
  const code = text
    .replace(/^import type [\s\S]*?from '[^']+';$/gm, '')
    .replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '');
  return OPENERS.filter(({ pattern }) => pattern.test(code)).map(({ what }) => what);
}

function requested(): Map<string, string[]> {
  const files = trackedFiles(ROOT, 'src/**/*.ts', 'functions/**/*.ts').filter(
    (path) => !path.endsWith('.test.ts') && existsSync(join(ROOT, path)),
  );
  const found = new Map<string, string[]>();
  for (const path of files) {
    const openers = openersOf(readFileSync(join(ROOT, path), 'utf8'));
    if (openers.length > 0) found.set(path, openers);
  }
  return found;
}

test('nothing opens a connection of its own where a tenant could say where to', () => {
  const allowed = Object.keys(ALLOWED);
  const unguarded = [...requested()].filter(([path]) => !allowed.some((place) => path.startsWith(place)));
  expect(unguarded).toEqual([]);
});

test('the list of exceptions holds nothing that needs none', () => {
  const paths = [...requested().keys()];
  const idle = Object.keys(ALLOWED).filter((place) => !paths.some((path) => path.startsWith(place)));
  expect(idle).toEqual([]);
});

describe('what opens a connection is found', () => {
  test.each([
    ["const a = await fetch(url, { method: 'POST' });"],
    ["await globalThis.fetch('https://example.com');"],
    ["import { request } from 'node:https';"],
    ["import { connect } from 'tls';"],
    ["import { request } from 'undici';"],
    ["import Agent from 'undici/lib/dispatcher/agent.js';"],
    ["const { default: jsforce } = await import('jsforce');"],
    ["import { Client } from '@grpc/grpc-js';"],
    ['const socket = new WebSocket(url);'],
  ])('%s', (code) => {
    expect(openersOf(code)).toHaveLength(1);
  });

  test.each([
    ["import type { IncomingHttpHeaders } from 'node:http';"],
    ['const fetching = this.#fetch(id);'],
    ["const answer = await this.prefetch(id, 'node:http');"],
    ['// fetch(url) would follow redirects'],
  ])('but not %s', (code) => {
    expect(openersOf(code)).toEqual([]);
  });
});
