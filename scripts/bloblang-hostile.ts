// `node scripts/bloblang-hostile.ts`: runs every hostile attempt and writes docs/bloblang/hostile-input.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { ATTEMPTS, type Attempt, attempt, isAsExpected, type Stop } from '../test/bloblang/hostile.ts';

/** A long mapping repeats one piece, so its beginning says enough. */
const SHOWN_CHARACTERS = 90;

function shown({ mapping }: Attempt): string {
  const line = mapping.replaceAll('\n', ' ⏎ ').replaceAll('|', '\\|');
  const text = line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)} …` : line;
  return `\`${text.replaceAll('`', "'")}\``;
}

function stopText(stop: Stop, text: string): string {
  switch (stop.by) {
    case 'limit':
      return `limit \`${stop.limit}\``;
    case 'compiler':
      return `not compiled: ${text.slice(0, 110).replaceAll('|', '\\|').replaceAll('\n', ' ')}`;
    case 'error':
      return `error: ${text.slice(0, 110).replaceAll('|', '\\|').replaceAll('\n', ' ')}`;
    case 'nothing':
      return `harmless: gives \`${text.slice(0, 40)}\``;
  }
}

let wrong = 0;
const rows = ATTEMPTS.map((one) => {
  const seen = attempt(one);
  if (!isAsExpected(one.stop, seen.stop)) {
    wrong++;
    console.error(`${one.what}: ${JSON.stringify(one.stop)} expected, got ${seen.text}`);
  }
  return `| ${one.what} | ${shown(one)} | ${stopText(seen.stop, seen.text)} | ${seen.milliseconds.toFixed(1)} |`;
});

const page = `# Hostile input

What a stranger might write into a mapping, or send to one, and what stops it. Written by \`node scripts/bloblang-hostile.ts\`, which
makes every attempt; \`test/bloblang/hostile.test.ts\` makes them again and asserts what stops them. Times are processor time of one cold run each,
compilation and V8's own threads included, on ${cpus()[0]?.model.trim() ?? 'an unknown processor'} with Node ${process.version}; the bounds are in
\`src/bloblang/limits.ts\`.

| what | mapping | stopped by | ms |
|---|---|---|---:|
${rows.join('\n')}
`;

mkdirSync('docs/bloblang', { recursive: true });
writeFileSync('docs/bloblang/hostile-input.md', page);
console.log(`${ATTEMPTS.length} attempts, ${wrong} not stopped by what is named`);
process.exitCode = wrong === 0 ? 0 : 1;
