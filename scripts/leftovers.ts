// What somebody meant to come back to and did not: markers, conflicts, and tests that keep the others from running.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trackedFiles } from './tracked-files.ts';

export interface Leftover {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Written in pieces, so that this file does not report itself. */
const MARKERS: readonly { readonly what: string; readonly pattern: RegExp; readonly files?: RegExp }[] = [
  {
    what: 'a marker without an issue',
    // With an issue number, as in "TO" + "DO(#12)", it is a plan.
    pattern: new RegExp(
      `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b(?!\\(#\\d+\\))`,
    ),
  },
  {
    what: 'a merge conflict',
    pattern: new RegExp(`^(?:${'<'.repeat(7)} |${'>'.repeat(7)} |${'='.repeat(7)}$)`),
  },
  {
    what: 'a test that runs alone',
    pattern: new RegExp(`\\b(?:describe|test|it)(?:\\.\\w+)*\\.${'on' + 'ly'}\\b`),
    files: /\.(?:test|contract|fuzz|bench)\.ts$/,
  },
  {
    what: 'a test that never runs',
    // Only without a condition: `skipIf` says when, and why.
    pattern: new RegExp(`\\b(?:describe|test|it)(?:\\.\\w+)*\\.(?:${'sk' + 'ip'}|${'to' + 'do'})\\(`),
    files: /\.(?:test|contract|fuzz|bench)\.ts$/,
  },
  { what: 'a breakpoint', pattern: new RegExp(`^\\s*${'debug' + 'ger'};?\\s*$`), files: /\.(?:ts|js|mjs)$/ },
];

/** Language cases and third-party texts are data, and pictures contain any letters. */
const DATA = /^(?:test\/bloblang\/vectors\/|package-lock\.json$|oclif\.manifest\.json$)|\.(?:snap|png)$/;

export function leftovers(root: string, files: readonly string[]): Leftover[] {
  return files
    .filter((file) => !DATA.test(file))
    .flatMap((file) => {
      const markers = MARKERS.filter((marker) => marker.files === undefined || marker.files.test(file));
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      return lines.flatMap((text, index) =>
        markers
          .filter(({ pattern }) => pattern.test(text))
          .map(({ what }) => ({ file, line: index + 1, what })),
      );
    });
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = trackedFiles(root).filter((file) => existsSync(join(root, file)));
  const found = leftovers(root, files);
  for (const { file, line, what } of found) console.error(`${file}:${line}: ${what}`);
  if (files.length === 0) console.error('expected files, saw none');
  if (found.length > 0 || files.length === 0) process.exitCode = 1;
  else console.log(`${files.length} files`);
}
