import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { externalImports, packageJsonOf } from '../../scripts/cli-package.ts';
import { McpClient } from '../support/mcp-client.ts';
import { ManagementApiDouble } from './management-api-double.ts';
import { INSTALL_MS_MAX, npmInstall, packCli } from './packed-cli.ts';
import { type Ended, runProcess, unwrapped } from './run-sluice.ts';

// The package as `npm install --global` installs it on a computer without the repository. Assert what it contains, that every
// file of it loads, and that commands run.

const folder = mkdtempSync(join(tmpdir(), 'sluice-install-'));
const prefix = join(folder, 'prefix');
const installed = join(prefix, process.platform === 'win32' ? '' : 'lib', 'node_modules', 'sluice-cli');
const api = new ManagementApiDouble();

beforeAll(async () => {
  const tarball = packCli(folder);
  mkdirSync(prefix);
  npmInstall(['--global', '--prefix', prefix, tarball]);
  await api.start();
}, INSTALL_MS_MAX);
afterAll(() => api.stop());

function sluice(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runProcess(process.execPath, [join(installed, 'bin/run.js'), ...args], {
    cwd: folder,
    env: { HOME: folder, ...env },
  });
}

test('it brings nothing of the service', () => {
  const packages = readdirSync(join(installed, 'node_modules'));
  for (const name of [
    '@aws-sdk',
    '@grpc',
    '@middy',
    'aws-cdk-lib',
    'jsforce',
    'undici',
    'avsc',
    'typescript',
    // It is bundled, because with its packages it is three times as large as everything else.
    '@modelcontextprotocol',
    'express',
    'zod',
  ]) {
    expect(packages).not.toContain(name);
  }
  expect(readdirSync(installed).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'docs',
    'node_modules',
    'oclif.manifest.json',
    'package.json',
  ]);
  const folders = readdirSync(join(installed, 'dist', 'src'));
  for (const name of ['adapters', 'telemetry']) expect(folders).not.toContain(name);
});

/** In November 2026 it was 9.9 MB. */
const INSTALLED_BYTES_MAX = 12_000_000;

test('it is small', () => {
  expect(bytesBelow(installed)).toBeLessThan(INSTALLED_BYTES_MAX);
});

function bytesBelow(at: string): number {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length, 0);
}

test('every file of it loads with nothing but what it declares', async () => {
  const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => pathToFileURL(join(installed, 'dist', file)).href);
  expect(files.length).toBeGreaterThan(100);
  const script = join(folder, 'load-all.mjs');
  writeFileSync(
    script,
    `for (const file of ${JSON.stringify(files)}) await import(file);\nconsole.log('loaded');\n`,
  );
  expect(await runProcess(process.execPath, [script], { cwd: folder })).toEqual({
    code: 0,
    stdout: 'loaded\n',
    stderr: '',
  });
});

test('a package that a command imports and nobody declares stops the build', async () => {
  const compiled = join(folder, 'compiled');
  cpSync(join(installed, 'dist'), compiled, { recursive: true });
  writeFileSync(join(compiled, 'cli', 'more.js'), "import 'left-pad';\n");
  const repository = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const imports = await externalImports(compiled);
  expect(() => packageJsonOf(repository, imports)).toThrow('the commands import left-pad');
  writeFileSync(join(compiled, 'cli', 'more.js'), "import '@aws-sdk/client-sqs';\n");
  const withSdk = await externalImports(compiled);
  expect(() => packageJsonOf(repository, withSdk)).toThrow(
    'expected import(), found that they need it to start',
  );
});

test('its commands run, with those that a host CLI does not get', async () => {
  expect(await sluice(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^sluice-cli\/\d/),
    stderr: '',
  });
  api.answer('GET', '/v1/tenants/my-app/streams', 200, []);
  const env = { SLUICE_API_URL: api.url, SLUICE_TOKEN: 'slc_app_test' };
  expect(await sluice(['events:streams', '-a', 'my-app'], env)).toEqual({
    code: 0,
    stdout: 'No Heroku Events streams for app my-app.\n',
    stderr: '',
  });
  expect((await sluice(['config:get', '--help'])).stdout).toContain('$ sluice config:get');
  expect((await sluice(['events:filters:test', '-f', 'root = this.Id'])).code).toBe(0);
  expect(existsSync(join(prefix, process.platform === 'win32' ? '' : 'bin', 'sluice'))).toBe(true);
});

test('doctor --aws says what to install', async () => {
  const env = { SLUICE_API_URL: api.url, SLUICE_TOKEN: 'slc_adm_test' };
  const { code, stdout, stderr } = await sluice(['doctor', '--aws'], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(unwrapped(stderr)).toMatch(
    /--aws needs packages that are not installed with the command: npm install --global( @aws-sdk\/client-[\w-]+@3){4}$/,
  );
});

test('it serves an assistant, with the documents that it brings', async () => {
  api.answer('GET', '/v1/tenants/my-app/streams?limit=20', 200, []);
  const client = await McpClient.start(
    { HOME: folder, SLUICE_API_URL: api.url, SLUICE_TOKEN: 'slc_app_test', SLUICE_APP: 'my-app' },
    [],
    join(installed, 'bin/run.js'),
  );
  try {
    expect((await client.call('list_streams')).data).toEqual([]);
    // A failure is the same class on both sides of the bundle, and so becomes an answer.
    expect(await client.call('show_stream', { source: 'x', target: 'y' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('/v1/tenants/my-app/streams/x/y'),
    });
    expect((await client.call('test_filter', { filter: 'root = this.Id' })).isError).toBe(false);
    const { resources } = await client.client.listResources();
    for (const { uri } of resources) {
      const { contents } = await client.client.readResource({ uri });
      expect(contents[0]).toMatchObject({ text: expect.stringMatching(/\S/) });
    }
    expect({ faults: client.faults, stderr: client.stderr }).toEqual({ faults: [], stderr: '' });
  } finally {
    await client.close();
  }
  expect(readFileSync(join(installed, 'dist', 'mcp', 'LICENSES.txt'), 'utf8')).toContain(
    '@modelcontextprotocol/sdk\n\nMIT License',
  );
});
