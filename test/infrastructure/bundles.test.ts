import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleFunction, type FunctionName } from '../../lib/bundle.ts';
import { MEMORY_MB } from '../../src/settings/runtime.ts';

const NAMES = Object.keys(MEMORY_MB) as FunctionName[];

/** Small bundles start quickly: the limit covers what a cold start reads, parses and compiles. */
const COLD_BYTES_MAX: { readonly [N in FunctionName]: number } = {
  // Contains nothing of the targets: the code that judges events for one of them is loaded with the first such event.
  ingest: 400_000,
  // A webhook's HTTP client and Bloblang. Salesforce's gRPC and Avro are loaded with the first event for an org, and
  // the SDK's clients with the first for a target in AWS.
  deliver: 1_373_000,
  // Bloblang with its regular expressions, and OAuth.
  schedule: 913_000,
  // Adds gRPC and Avro.
  'pubsub-poller': 1_500_000,
  // Bloblang, and each target's settings. gRPC, Avro and CloudWatch's SDK are loaded with the first request that needs
  // them.
  api: 1_208_000,
};

/** The names of the packages in a bundle. */
function packagesOf(inputs: readonly string[]): string[] {
  const names = inputs.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

/** Modules that a Lambda function cannot resolve: the test runner and everything that only a laptop has. */
const NEVER = ['vitest', 'fauxqs', 'dynalite', 'aws-cdk-lib', 'esbuild', '@oclif/core'];

describe.each(NAMES)('the bundle of functions/%s', (name) => {
  let bundle: Bundle;
  beforeAll(() => {
    bundle = bundleFunction(name);
  });

  test('is no larger than it may be', () => {
    expect(bundle.coldBytes).toBeLessThanOrEqual(COLD_BYTES_MAX[name]);
  });

  test('holds everything it imports but Node itself', () => {
    const external = Object.values(bundle.metafile.outputs).flatMap(({ imports }) =>
      imports.map(({ path }) => path),
    );
    expect(external.filter((path) => !(isNodeModule(path) || path.endsWith('.mjs')))).toEqual([]);
    expect(packagesOf(Object.keys(bundle.metafile.inputs))).toContain('@aws-sdk/client-dynamodb');
  });

  test('holds nothing of a laptop, of the tests or of the simulators', () => {
    expect(packagesOf(Object.keys(bundle.metafile.inputs)).filter((each) => NEVER.includes(each))).toEqual(
      [],
    );
    const own = Object.keys(bundle.metafile.inputs).filter((path) => !path.includes('node_modules'));
    expect(
      own.filter(
        (path) => !/^(functions|src|lib\/lambda-)|\/sluice-clients-/.test(path) || path.endsWith('.test.ts'),
      ),
    ).toEqual([]);
    expect(
      own.filter((path) => path.startsWith('functions/') && !path.startsWith(`functions/${name}/`)),
    ).toEqual([]);
  });

  // Without its settings a function reports which are missing, so the whole module graph was loaded and run.
  test('loads as Lambda loads it', async () => {
    const module = pathToFileURL(join(bundle.directory, 'index.mjs')).href;
    await expect(import(/* @vite-ignore */ module)).rejects.toThrow(/TABLE_NAME is missing/);
  });
});

test('ingest has neither jsforce nor gRPC nor Avro in it', () => {
  const packages = packagesOf(Object.keys(bundleFunction('ingest').metafile.inputs));
  expect(packages.filter((name) => /jsforce|grpc|avsc/.test(name))).toEqual([]);
});

test('the schedule renews access tokens without gRPC and Avro', () => {
  const { coldInputs } = bundleFunction('schedule');
  expect(packagesOf(coldInputs).filter((name) => /jsforce|grpc|avsc/.test(name))).toEqual([]);
});

test('a delivery to a webhook loads nothing of Salesforce', () => {
  const { coldInputs, metafile } = bundleFunction('deliver');
  expect(packagesOf(coldInputs).filter((name) => /jsforce|grpc|avsc/.test(name))).toEqual([]);
  // Only the agent of undici: its index, which jsforce imports, brings fetch, WebSocket, caches and mocks.
  expect(coldInputs.filter((path) => /undici\/(index\.js|lib\/web\/fetch\/index\.js)$/.test(path))).toEqual(
    [],
  );
  expect(packagesOf(Object.keys(metafile.inputs))).toContain('@grpc/grpc-js');
});

test('a delivery to a webhook loads nothing of the targets in AWS', () => {
  const { coldInputs, metafile } = bundleFunction('deliver');
  const ofTargets = (paths: readonly string[]) =>
    paths.filter((path) =>
      /\/sluice-clients-|src\/platforms\/(sqs|eventbridge|kinesis|s3)\/send\.ts$/.test(path),
    );
  expect(ofTargets(coldInputs)).toEqual([]);
  // SQS has no client of its own: the entry contains it for the delivery queue.
  expect(ofTargets(Object.keys(metafile.inputs))).toHaveLength(4 + 3);
});

// The bundle excludes the SDK's chain of credential providers, but must include the one that Lambda relies on.
test('ingest signs its requests with the credentials that Lambda puts in the environment', async () => {
  const { directory } = bundleFunction('ingest');
  const authorizations: (string | undefined)[] = [];
  const dynamodb = createServer((request, response) => {
    authorizations.push(request.headers.authorization, request.headers['x-amz-security-token']?.toString());
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  }).listen(0, '127.0.0.1');
  await once(dynamodb, 'listening');
  const { port } = dynamodb.address() as AddressInfo;
  const event = {
    rawPath: '/orders',
    headers: { authorization: `Basic ${btoa('7f0e3b52-5a0c-4dbd-a3d7-000000000001:password')}` },
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
  };
  const script = `import(${JSON.stringify(pathToFileURL(join(directory, 'index.mjs')).href)}).then(async ({ handler }) => {
    const { statusCode } = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 1000 });
    console.log(statusCode);
    process.exit();
  })`;
  const { stdout } = await promisify(execFile)('node', ['--eval', script], {
    env: {
      PATH: process.env['PATH'],
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_SESSION_TOKEN: 'session-example',
      TABLE_NAME: 'events',
      KMS_KEY_ID: 'a-key',
      DELIVERY_QUEUE_URL: 'http://127.0.0.1:1/queue',
      ORDERED_QUEUE_URL: 'http://127.0.0.1:1/ordered.fifo',
      // The SDK's own variable: with ours, the clients would use a laptop's credentials.
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'ERROR',
    },
  });
  dynamodb.close();
  // The table was asked, and nobody has these credentials.
  expect(stdout.trim().split('\n').at(-1)).toBe('401');
  expect(authorizations[0]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\//,
  );
  expect(authorizations[1]).toBe('session-example');
});

function isNodeModule(path: string): boolean {
  return path.startsWith('node:') || process.getBuiltinModule?.(path) !== undefined;
}
