import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalRun } from '../test/support/local-run.ts';

/**
 * `npm run fuzz:api -- [--seed N]… [--examples N] [--minutes N]`: schemathesis reads the OpenAPI document of a local run and
 * sends what the document allows and what it forbids, with an app's token and with an administration token. The run's
 * answers must match the document.
 *
 * This check is an extra: without Python 3.11 or PyPI it reports that it was skipped.
 */
const SCHEMATHESIS = 'schemathesis==4.32.5';
const PYTHON_MINOR_MIN = 11;
/** The demo's app, whose simulated org is the far side. */
const APP = 'demo';
const ALIAS = 'demo-org';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true, default: ['1'] },
    examples: { type: 'string', default: '30' },
    minutes: { type: 'string', default: '4' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'sluice-fuzz-api-'));
try {
  const schemathesis = install(folder);
  if ('why' in schemathesis) console.log(`\nfuzz:api was SKIPPED: ${schemathesis.why}.\n`);
  else {
    for (const seed of values.seed) await fuzz(schemathesis.command, seed);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install(into: string): { readonly command: string } | { readonly why: string } {
  const python = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'].find((name) => {
    const script = `import sys, venv; sys.exit(sys.version_info < (3, ${PYTHON_MINOR_MIN}))`;
    return spawnSync(name, ['-c', script]).status === 0;
  });
  if (python === undefined)
    return { why: `expected Python 3.${PYTHON_MINOR_MIN} or newer with venv, found none` };
  const environment = join(into, 'python');
  try {
    execFileSync(python, ['-m', 'venv', environment], { stdio: 'pipe' });
    // Without a network it then gives up within seconds, not after five tries.
    const patience = ['--retries', '1', '--timeout', '15'];
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...patience];
    execFileSync(join(environment, 'bin/python'), [...pip, SCHEMATHESIS], { stdio: 'pipe' });
  } catch (error) {
    // Reported aloud, but not a failure: this machine cannot have the tool.
    const text = error instanceof Error ? error.message : String(error);
    return {
      why: `expected ${SCHEMATHESIS} from PyPI: ${text.split('\n').find((line) => line !== '') ?? ''}`,
    };
  }
  return { command: join(environment, 'bin/schemathesis') };
}

/** Runs with both tokens, against a separate local run. */
async function fuzz(schemathesis: string, seed: string): Promise<void> {
  const run = await LocalRun.start(join(folder, `state-${seed}`));
  try {
    const post = async (path: string, body: object = {}) => {
      const { status, json } = await run.api('POST', path, body);
      if (status !== 201)
        throw new Error(`expected 201 from POST ${path}, found ${status} ${JSON.stringify(json)}`);
      return json;
    };
    const tokens = { app: await post(`/v1/tenants/${APP}/tokens`), administration: await post('/v1/tokens') };
    for (const [whose, token] of Object.entries(tokens)) {
      console.log(`\nSeed ${seed}, with ${whose === 'app' ? "an app's token" : 'an administration token'}`);
      // Deletes hit only objects made for that, so that the rest still finds its app, its tokens and its org.
      const config = configuration({
        app: String((await post('/v1/apps', { name: `doomed-${whose}` }))['id']),
        appToken: String((await post(`/v1/tenants/${APP}/tokens`))['id']),
        adminToken: String((await post('/v1/tokens'))['id']),
      });
      const file = join(folder, 'schemathesis.toml');
      writeFileSync(file, config);
      const child = spawn(
        schemathesis,
        [
          ...[
            '--config-file',
            file,
            'run',
            `${run.origin}/v1/openapi.json`,
            '--checks',
            'all',
            '--seed',
            seed,
          ],
          ...['--header', `Authorization: Bearer ${String(token['token'])}`, '--continue-on-failure'],
          // It is correct that an app's token may not do everything, and that made-up ids lead nowhere.
          ...['--warnings', 'off'],
          ...['--max-examples', values.examples, '--max-time', String(Number(values.minutes) * 60)],
        ],
        { cwd: folder, stdio: 'inherit' },
      );
      const [status] = await once(child, 'close');
      if (status !== 0) process.exitCode = 1;
      await expectAlive(run, String(token['token']));
    }
  } finally {
    await run.end('SIGINT');
  }
}

/** If the token or the app vanished on the way, most of the run would have tested nothing. */
async function expectAlive(run: LocalRun, token: string): Promise<void> {
  const response = await fetch(`${run.origin}/v1/tenants/${APP}/status`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (response.status !== 200)
    throw new Error(`expected the app and its token to be there, found ${response.status}`);
}

/** Ids that the delete operations may delete. */
interface Spare {
  readonly app: string;
  readonly appToken: string;
  readonly adminToken: string;
}

function configuration({ app, appToken, adminToken }: Spare): string {
  const names = ['OpportunityChangeEvent', 'demoReceiver', 'QuoteGenerationComplete', 'one', 'two'];
  const mappings = ['root = this', 'root = deleted()', 'root.n = 1', 'root = this.a'];
  const often = (dictionary: string) => `{ dictionary = "${dictionary}", probability = 0.6 }`;
  // Not fields that, according to the document, require or exclude one another: these are tested individually.
  const bound: Record<string, readonly string[]> = {
    names: [
      'path.subscription',
      'path.publication',
      'path.source',
      'path.target',
      'query.publication',
    ].concat(['body.name', 'body.source', 'body.target']),
    aliases: ['path.authorization'],
    mappings: ['body.mapping'],
  };
  return `
# A refusal by a rule that no document can say (a mapping that does not compile, a topic that the org does not have) is 422;
# all that is 400 has to be in the document.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
[checks.missing_required_header]
expected-statuses = ["401"]

[dictionaries]
names = { values = ${JSON.stringify(names)} }
aliases = { values = ["${ALIAS}"] }
mappings = { values = ${JSON.stringify(mappings)} }

[parameters]
"path.app" = "${APP}"
# Opaque: what the service never gave is refused. This one stands before everything.
"query.after" = "${Buffer.from('000000000000000#first').toString('base64url')}"
${Object.entries(bound)
  .flatMap(([dictionary, places]) => places.map((place) => `"${place}" = ${often(dictionary)}`))
  .join('\n')}

[[operations]]
include-operation-id = "deleteApp"
parameters = { "path.app" = "${app}" }

[[operations]]
include-operation-id = "deleteAppToken"
parameters = { "path.token" = "${appToken}" }

[[operations]]
include-operation-id = "deleteAdminToken"
parameters = { "path.token" = "${adminToken}" }
`;
}
