import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MEMORY_MB } from '../../src/settings/runtime.ts';
import { ROOT } from './support/synthesize.ts';

// The real CLI with the real bundles. With an empty home and no AWS variable, any request for an account would fail.
test('`cdk synth` works without credentials, network and docker', () => {
  const home = mkdtempSync(join(tmpdir(), 'sluice-home-'));
  const output = join(home, 'cdk.out');
  const path = `${join(ROOT, 'node_modules/.bin')}:/usr/bin:/bin`;
  execFileSync('cdk', ['synth', '--quiet', '--output', output], {
    cwd: ROOT,
    env: { PATH: path, HOME: home, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' },
    stdio: 'pipe',
  });
  const template = JSON.parse(readFileSync(join(output, 'Sluice.template.json'), 'utf8'));
  expect(Object.keys(template.Resources).length).toBeGreaterThan(50);
  const bundles = readdirSync(output).filter((name) => name.startsWith('asset.'));
  expect(bundles).toHaveLength(Object.keys(MEMORY_MB).length);
  const others = bundles.map((bundle) =>
    readdirSync(join(output, bundle)).filter((name) => !/^(index|chunk-\w+)\.mjs$/.test(name)),
  );
  // It belongs to functions/api, which serves it.
  expect(others.flat()).toEqual(['console']);
  for (const bundle of bundles) {
    expect(statSync(join(output, bundle, 'index.mjs')).size).toBeGreaterThan(10_000);
  }
});

test('a choice that there is not stops the synthesis with a sentence', () => {
  const { status, stderr } = spawnSync('node', ['bin/app.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      PATH: join(ROOT, 'node_modules/.bin'),
      CDK_OUTDIR: mkdtempSync(join(tmpdir(), 'sluice-cdk-')),
      CDK_CONTEXT_JSON: JSON.stringify({ throwAway: 'maybe' }),
    },
  });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe(
    'settings of the installation: throwAway: expected one of true, false, found "maybe"',
  );
});
