import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trackedFiles } from '../../scripts/tracked-files.ts';
import { LocalRun, publisher } from '../support/local-run.ts';

// CONTRIBUTING's recipe "To add a target platform", followed to the letter in a copy of the tree, for a target that appends each
// event to a file. When this test has to change, so does the recipe.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What runs, and what the type check needs. */
const COPIED = [
  'bin',
  'cli',
  'functions',
  'lib',
  'local',
  'mcp',
  'simulators',
  'src',
  'package.json',
  'tsconfig.json',
];

const TARGET = `import * as v from 'valibot';
import type { PublicationOf } from '../../domain/publications/publication.ts';
import { defineTarget } from '../../domain/publications/target-platform.ts';

declare module '../../domain/publications/publication.ts' {
  interface TargetSettings {
    readonly file: FileSettings;
  }
}

interface FileSettings {
  readonly path: string;
}

export type FilePublication = PublicationOf<'file'>;

const Path = v.pipe(v.string(), v.description('file to which the events are appended'));

export const fileTarget = defineTarget({
  name: 'file',
  fields: { settings: { path: Path }, changes: { path: v.optional(Path) }, params: { path: v.string() } },
  olderNames: [],
  summary: 'Append events to a file',
  refusals: [],
  command: {
    id: 'events:publications:file:create',
    description: 'append events to a file',
    argument: 'name of the publication',
    example: 'journal --path /tmp/events',
    flags: { path: { required: true, description: 'file to which the events are appended' } },
    changeFlags: { path: { description: 'of a file: its path' } },
  },
  grants: { secrets: [] },
  create: async (_ports, base, { path }) => ({
    kind: 'created',
    publication: { ...base, platform: 'file', path },
  }),
  change: async (_ports, _publication, { path }) => ({
    kind: 'changed',
    apply: (publication) => ({ ...publication, path: path ?? publication.path }),
  }),
  show: ({ path }) => ({ path }),
});
`;

const DESTINATION = `import { appendFileSync } from 'node:fs';
import type { Destination, OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import type { FilePublication } from './target.ts';

export class FileDestination implements Destination<'file'> {
  readonly batchMax = 10;

  async send({ path }: FilePublication, events: readonly OutgoingEvent[]): Promise<readonly SendOutcome[]> {
    appendFileSync(path, events.map(({ eventJson }) => eventJson + '\\n').join(''));
    return events.map(() => ({ kind: 'delivered', durationMs: 0 }));
  }
}
`;

const COMMAND = `import { publicationCreate } from '../../../../lib/publication-commands.ts';

export default publicationCreate('file');
`;

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'sluice-new-target-'));
  for (const path of trackedFiles(ROOT, ...COPIED)) {
    if (!path.endsWith('.test.ts') && existsSync(join(ROOT, path)))
      cpSync(join(ROOT, path), join(copy, path));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  followRecipe();
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function followRecipe(): void {
  write('src/platforms/file/target.ts', TARGET);
  write('src/platforms/file/destination.ts', DESTINATION);
  addLine(
    'src/platforms/targets.ts',
    "import { fileTarget } from './file/target.ts';",
    '  file: fileTarget,',
  );
  addLine(
    'src/platforms/destinations.ts',
    "import { FileDestination } from './file/destination.ts';",
    '    file: new FileDestination(),',
  );
  write('cli/commands/events/publications/file/create.ts', COMMAND);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

/** One line in a list, before the webhook's, and the import of what it names. */
function addLine(path: string, imported: string, line: string): void {
  const text = readFileSync(join(copy, path), 'utf8');
  const before = /^ +webhook: /m;
  if (!before.test(text)) throw new Error(`expected the webhook's line in ${path}`);
  write(path, `${imported}\n${text.replace(before, (found) => `${line}\n${found}`)}`);
}

describe('a new target platform, by the recipe', () => {
  it('compiles', () => {
    const files = ['bin', 'cli', 'functions', 'lib', 'local', 'mcp', 'simulators', 'src'];
    write('tsconfig.copy.json', JSON.stringify({ extends: './tsconfig.json', include: files }));
    const compiler = join(ROOT, 'node_modules/typescript-7/bin/tsc');
    execFileSync(process.execPath, [compiler, '--noEmit', '-p', 'tsconfig.copy.json'], {
      cwd: copy,
      stdio: 'pipe',
    });
  });

  it('is created, described, delivered to, shown and changed', async () => {
    const run = await LocalRun.startIn(copy, join(copy, 'state'));
    try {
      const { json: made } = await run.api('POST', '/v1/apps', { name: 'journals' });
      const publish = publisher(String(made['publish_url']));
      const [first, second] = [join(copy, 'first.jsonl'), join(copy, 'second.jsonl')];

      const creation = ['events:publications:file:create', 'journal', '-a', 'journals'];
      expect(await run.sluice(...creation)).toMatchObject({ code: 2, stderr: expect.stringMatching(/path/) });
      expect(await run.sluice(...creation, '--path', first)).toMatchObject({ code: 0 });
      const { json: shown } = await run.api('GET', `/v1/tenants/${String(made['id'])}/publications/journal`);
      expect(shown).toMatchObject({ platform: 'file', params: { path: first } });
      const { json: document } = await run.api('GET', '/v1/openapi.json');
      expect(document).toMatchObject({
        components: { schemas: { NewFilePublication: { required: ['path', 'name'] } } },
      });

      expect((await publish('journal', { n: 1 })).status).toBe(202);
      expect(await linesOf(first)).toMatchObject([{ specversion: '1.0', data: { n: 1 } }]);
      expect(
        await run.sluice('events:publications:update', 'journal', '-a', 'journals', '--path', second),
      ).toMatchObject({ code: 0 });
      const endsAtMs = Date.now() + 30_000;
      // A process may cache the publication for some seconds.
      while (!existsSync(second) && Date.now() < endsAtMs) {
        await publish('journal', { n: 2 });
        await sleep(1_000);
      }
      expect((await linesOf(second))[0]).toMatchObject({ data: { n: 2 } });
    } finally {
      await run.end('SIGINT');
    }
  });
});

async function linesOf(path: string): Promise<unknown[]> {
  const endsAtMs = Date.now() + 30_000;
  const text = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  // The file exists a moment before its first line.
  while (!text().endsWith('\n') && Date.now() < endsAtMs) await sleep(50);
  return text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
