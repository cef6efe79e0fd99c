import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { folderCycle, folderImports } from '../../scripts/folder-imports.ts';
import { checkImports, type ImportReport, importRules } from '../../scripts/import-rules.ts';

/** Breaks each rule once: who imports what. A rule that does not fire here checks nothing. */
const VIOLATIONS: readonly { rule: string; from: string; imports: string }[] = [
  { rule: 'no-cycles', from: 'src/domain/apps/egg.ts', imports: './hen.ts' },
  { rule: 'no-unresolvable', from: 'src/domain/apps/lost.ts', imports: './nowhere.ts' },
  { rule: 'base-imports-nothing', from: 'src/base/knowing.ts', imports: '../telemetry/logger.ts' },
  { rule: 'base-imports-nothing', from: 'src/base/heavy.ts', imports: 'valibot' },
  { rule: 'bloblang-knows-nothing-of-us', from: 'src/bloblang/knowing.ts', imports: '../base/clock.ts' },
  {
    rule: 'bloblang-has-one-front-door',
    from: 'src/pipeline/route/filter.ts',
    imports: '../../bloblang/lexer.ts',
  },
  {
    rule: 'domain-knows-only-nouns',
    from: 'src/domain/deliveries/attempt.ts',
    imports: '../../pipeline/route/route.ts',
  },
  {
    rule: 'domain-knows-only-nouns',
    from: 'src/domain/apps/wish.ts',
    imports: '../../management/apps/manage-apps.ts',
  },
  { rule: 'domain-knows-only-nouns', from: 'src/domain/apps/loud.ts', imports: '../../telemetry/logger.ts' },
  {
    rule: 'pipeline-knows-no-management',
    from: 'src/pipeline/read/ask.ts',
    imports: '../../management/apps/manage-apps.ts',
  },
  {
    rule: 'storeys-know-no-technology',
    from: 'src/pipeline/deliver/send.ts',
    imports: '../../adapters/sqs/queue.ts',
  },
  { rule: 'storeys-use-no-sdk', from: 'src/management/queue.ts', imports: '@aws-sdk/client-sqs' },
  { rule: 'storeys-do-no-io', from: 'src/domain/deliveries/post.ts', imports: 'node:https' },
  { rule: 'storeys-wait-by-the-port', from: 'src/pipeline/read/nap.ts', imports: 'node:timers/promises' },
  { rule: 'sqlite-has-its-places', from: 'local/own-file.ts', imports: 'node:sqlite' },
  {
    rule: 'shared-code-imports-no-program',
    from: 'src/telemetry/where.ts',
    imports: '../../functions/api/handler.ts',
  },
  {
    rule: 'platforms-are-independent',
    from: 'src/platforms/webhook/send.ts',
    imports: '../salesforce/publish.ts',
  },
  {
    rule: 'pure-halves-are-pure',
    from: 'src/platforms/webhook/target.ts',
    imports: './signature.ts',
  },
  {
    rule: 'pure-halves-are-pure',
    from: 'src/platforms/salesforce/target.ts',
    imports: './by-the-way.ts',
  },
  { rule: 'pure-halves-are-pure', from: 'src/platforms/generate/source.ts', imports: '@aws-sdk/client-sqs' },
  {
    rule: 'platforms-have-front-doors',
    from: 'functions/schedule/dependencies.ts',
    imports: '../../src/platforms/salesforce/publish.ts',
  },
  {
    rule: 'adapters-know-no-platform',
    from: 'src/adapters/sqs/clever.ts',
    imports: '../../platforms/salesforce/publish.ts',
  },
  { rule: 'settings-are-constants', from: 'src/settings/computed.ts', imports: '../base/clock.ts' },
  {
    rule: 'functions-are-independent',
    from: 'functions/deliver/dependencies.ts',
    imports: '../api/handler.ts',
  },
  {
    rule: 'dependencies-ts-names-the-adapters',
    from: 'functions/api/router.ts',
    imports: '../../src/adapters/sqs/queue.ts',
  },
  { rule: 'lib-imports-nothing-that-runs', from: 'lib/stack.ts', imports: '../src/telemetry/logger.ts' },
  {
    rule: 'lib-imports-nothing-that-runs',
    from: 'lib/counting.ts',
    imports: '../src/telemetry/log-messages.ts',
  },
  { rule: 'cdk-only-in-lib', from: 'local/cloud.ts', imports: 'aws-cdk-lib' },
  {
    rule: 'cli-speaks-to-the-api',
    from: 'cli/commands/shortcut.ts',
    imports: '../../src/adapters/sqs/queue.ts',
  },
  { rule: 'mcp-speaks-to-the-api', from: 'mcp/by-hand.ts', imports: '../src/adapters/sqs/queue.ts' },
  {
    rule: 'the-protocol-is-for-mcp',
    from: 'cli/lib/talk.ts',
    imports: '@modelcontextprotocol/sdk',
  },
  {
    rule: 'cli-knows-schemas-and-filters',
    from: 'cli/lib/by-hand.ts',
    imports: '../../src/management/apps/manage-apps.ts',
  },
  {
    rule: 'cli-knows-schemas-and-filters',
    from: 'cli/lib/own-route.ts',
    imports: '../../src/pipeline/route/route.ts',
  },
  {
    rule: 'console-speaks-to-the-api',
    from: 'console/views/shortcut.tsx',
    imports: '../../src/management/apps/manage-apps.ts',
  },
  { rule: 'console-speaks-to-the-api', from: 'console/api/server.ts', imports: 'node:http' },
  {
    rule: 'nothing-needs-the-console',
    from: 'functions/api/page-parts.ts',
    imports: '../../console/router.ts',
  },
  { rule: 'schemas-are-pure', from: 'src/management/streams/schema.ts', imports: '../apps/manage-apps.ts' },
  {
    rule: 'schemas-are-pure',
    from: 'src/management/publication-fields.ts',
    imports: 'node:crypto',
  },
  {
    rule: 'only-the-doctor-asks-aws',
    from: 'functions/deliver/alarms.ts',
    imports: '@aws-sdk/client-cloudwatch',
  },
  { rule: 'commands-use-no-sdk', from: 'cli/commands/queue.ts', imports: '@aws-sdk/client-sqs' },
  {
    rule: 'simulator-shares-no-code',
    from: 'simulators/salesforce/same.ts',
    imports: '../../src/platforms/salesforce/publish.ts',
  },
  { rule: 'clients-stand-alone', from: 'clients/node/src/same.ts', imports: '../../../src/base/clock.ts' },
  { rule: 'clients-stand-alone', from: 'clients/node/src/heavy.ts', imports: 'valibot' },
  { rule: 'clients-are-for-others', from: 'cli/lib/send.ts', imports: '../../clients/node/src/index.ts' },
  {
    rule: 'examples-are-of-others',
    from: 'examples/shop/app.ts',
    imports: '../../src/base/clock.ts',
  },
  { rule: 'examples-are-of-others', from: 'examples/shop/heavy.ts', imports: 'valibot' },
  { rule: 'nothing-needs-an-example', from: 'local/shop.ts', imports: '../examples/shop/app.ts' },
  {
    rule: 'simulators-are-for-the-local-run',
    from: 'functions/ingest/dependencies.ts',
    imports: '../../simulators/salesforce/org.ts',
  },
  { rule: 'the-local-run-is-an-end', from: 'cli/commands/start.ts', imports: '../../local/host.ts' },
  { rule: 'production-imports-no-evidence', from: 'local/demo.ts', imports: '../test/support/builders.ts' },
  {
    rule: 'production-imports-no-evidence',
    from: 'local/more.ts',
    imports: '../src/domain/apps/app.test.ts',
  },
  { rule: 'production-needs-no-dev-dependency', from: 'local/tests.ts', imports: 'vitest' },
  { rule: 'packages-are-declared', from: 'local/lucky.ts', imports: 'transitive' },
];

/** What the rules must allow: each is similar to an import that they forbid. */
const ALLOWED: readonly { from: string; imports: string }[] = [
  { from: 'src/base/random.ts', imports: 'node:crypto' },
  { from: 'src/pipeline/route/route.ts', imports: '../../bloblang/index.ts' },
  { from: 'src/management/streams/tiers.ts', imports: '../../bloblang/stdlib/registry-extended.ts' },
  { from: 'src/management/apps/end.ts', imports: '../../pipeline/route/route.ts' },
  { from: 'src/domain/streams/shape.ts', imports: 'valibot' },
  { from: 'src/adapters/sqs/send.ts', imports: '@aws-sdk/client-sqs' },
  { from: 'src/adapters/sqs/send.test.ts', imports: '../../../test/support/builders.ts' },
  { from: 'functions/api/dependencies.ts', imports: '../../src/adapters/sqs/queue.ts' },
  { from: 'functions/api/index.ts', imports: './dependencies.ts' },
  { from: 'cli/lib/apps.ts', imports: '../../src/management/apps/schema.ts' },
  { from: 'src/management/apps/schema.ts', imports: 'valibot' },
  { from: 'src/management/status/schema.ts', imports: '../apps/schema.ts' },
  { from: 'cli/lib/doctor/aws-account.ts', imports: '@aws-sdk/client-cloudwatch' },
  { from: 'lib/functions.ts', imports: '../src/settings/runtime.ts' },
  { from: 'lib/alarms.ts', imports: '../src/telemetry/metrics.ts' },
  { from: 'lib/grants.ts', imports: '../src/platforms/targets.ts' },
  { from: 'functions/api/platform-schemas.ts', imports: '../../src/platforms/sources.ts' },
  { from: 'functions/pubsub-poller/dependencies.ts', imports: '../../src/platforms/salesforce/index.ts' },
  { from: 'cli/lib/settings.ts', imports: '../../src/platforms/targets.ts' },
  { from: 'src/platforms/heroku/target.ts', imports: 'valibot' },
  { from: 'lib/queue.ts', imports: 'aws-cdk-lib' },
  { from: 'local/host.ts', imports: '../functions/api/handler.ts' },
  { from: 'local/org.ts', imports: '../simulators/salesforce/org.ts' },
  { from: 'simulators/salesforce/time.ts', imports: '../../src/base/clock.ts' },
  { from: 'clients/node/src/crypto.ts', imports: 'node:crypto' },
  { from: 'clients/node/src/crypto.test.ts', imports: 'vitest' },
  { from: 'clients/node/src/same.test.ts', imports: '../../../src/base/clock.ts' },
  { from: 'examples/shop/publish.ts', imports: '../../clients/node/src/index.ts' },
  { from: 'examples/shop/server.ts', imports: 'node:http' },
  { from: 'test/journeys/client.test.ts', imports: '../../clients/node/src/index.ts' },
  { from: 'test/journeys/all.test.ts', imports: '../../simulators/salesforce/org.ts' },
];

/** The targets of the imports above. */
const TARGETS = [
  'clients/node/src/index.ts',
  'console/router.ts',
  'functions/api/handler.ts',
  'simulators/salesforce/org.ts',
  'src/adapters/sqs/queue.ts',
  'src/base/clock.ts',
  'src/bloblang/index.ts',
  'src/bloblang/lexer.ts',
  'src/bloblang/stdlib/registry-extended.ts',
  'src/domain/apps/app.test.ts',
  'src/management/apps/manage-apps.ts',
  'src/pipeline/route/route.ts',
  'src/platforms/salesforce/index.ts',
  'src/platforms/salesforce/publish.ts',
  'src/platforms/sources.ts',
  'src/platforms/targets.ts',
  'src/platforms/webhook/signature.ts',
  'src/settings/runtime.ts',
  'src/telemetry/log-messages.ts',
  'src/telemetry/logger.ts',
  'src/telemetry/metrics.ts',
  'test/support/builders.ts',
];
const PACKAGES = [
  'valibot',
  '@aws-sdk/client-sqs',
  '@aws-sdk/client-cloudwatch',
  '@modelcontextprotocol/sdk',
  'aws-cdk-lib',
  'vitest',
  'transitive',
];

function plant(): string {
  // The real path: on some systems the temporary folder is a link.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-imports-')));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const target of TARGETS) write(target, 'export const value = 1;\n');
  for (const { from, imports } of [...VIOLATIONS, ...ALLOWED]) {
    write(from, `import * as value from '${imports}';\nexport const own = value;\n`);
  }
  write('src/platforms/salesforce/by-the-way.ts', "export * from './publish.ts';\n");
  write('src/domain/apps/hen.ts', "import * as egg from './egg.ts';\nexport const hen = egg;\n");
  for (const name of PACKAGES) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
  const manifest = {
    name: 'planted',
    type: 'module',
    dependencies: {
      valibot: '1',
      '@aws-sdk/client-sqs': '1',
      '@aws-sdk/client-cloudwatch': '1',
      '@modelcontextprotocol/sdk': '1',
    },
    devDependencies: { 'aws-cdk-lib': '1', vitest: '1' },
  };
  write('package.json', JSON.stringify(manifest));
  write('clients/node/package.json', JSON.stringify({ name: 'client', type: 'module' }));
  return root;
}

describe('who may import whom', () => {
  let report: ImportReport;
  beforeAll(async () => {
    report = await checkImports(plant(), [
      'cli',
      'clients',
      'console',
      'examples',
      'functions',
      'lib',
      'local',
      'mcp',
      'simulators',
      'src',
      'test',
    ]);
  });

  test.each(VIOLATIONS)('$rule: $from may not import $imports', ({ rule, from }) => {
    const fired = report.violations
      .filter((violation) => violation.from === from)
      .map((violation) => violation.rule);
    expect(fired).toContain(rule);
  });

  test.each(ALLOWED)('$from may import $imports', ({ from }) => {
    expect(report.files).toContain(from);
    expect(report.violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  test('every rule is broken here', async () => {
    const broken = new Set(VIOLATIONS.map(({ rule }) => rule));
    expect((await importRules()).filter((rule) => !broken.has(rule))).toEqual([]);
  });
});

describe('folders of a storey', () => {
  const edge = (from: string, to: string) => ({ from: `src/${from}`, to: `src/${to}` });

  test('two that need each other are found, however long the way round', () => {
    const { within } = folderImports([
      edge('domain/apps/app.ts', 'domain/streams/stream.ts'),
      edge('domain/streams/stream.ts', 'domain/feeds/feed.ts'),
      edge('domain/feeds/feed.ts', 'domain/apps/token.ts'),
      edge('domain/events/event.ts', 'domain/apps/app.ts'),
    ]);
    expect(folderCycle(within)).toEqual([
      'src/domain/apps',
      'src/domain/streams',
      'src/domain/feeds',
      'src/domain/apps',
    ]);
  });

  test('files of one folder, tests, and imports of another storey make no circle', () => {
    const { within, between } = folderImports([
      edge('domain/apps/app.ts', 'domain/apps/token.ts'),
      edge('domain/apps/app.ts', 'domain/streams/stream.ts'),
      edge('domain/streams/stream.test.ts', 'domain/apps/app.ts'),
      edge('pipeline/route/route.ts', 'domain/apps/app.ts'),
    ]);
    expect(within).toEqual([edge('domain/apps', 'domain/streams')]);
    expect(folderCycle(within)).toBeUndefined();
    expect(between).toEqual([edge('pipeline', 'domain')]);
  });
});
