import { parseArgs } from 'node:util';
import { startReceiver } from '../support/local-run.ts';
import { ALLOWED_TARGETS } from './aws-targets.ts';
import { CHECKS } from './checks.ts';
import { Emulator, whyNoEmulator } from './emulator.ts';
import { Installation } from './installation.ts';
import { Org } from './processes.ts';
import type { Stage } from './rehearsal.ts';

// Deploys the template and the bundles as they are, with the CDK's own CLI, to an AWS emulator that enforces IAM, and does the
// product's work there. Real: CloudFormation, each role's rights, queues with redrive, KMS, Secrets Manager, a
// minute-by-minute schedule, HTTP API, TLS. Missing: Lambda's memory, CPU and timeouts, throttling, metrics and alarms, arm64.

const USAGE = `Usage: npm run rehearse -- [options]

  --quick       the checks that take less than five minutes
  --check TEXT  those whose name holds the text, after the ones that set up
  --keep        leave the emulator's state and log where they are, for a look
`;

/** The functions' last warnings and errors, shown for a failed check. */
const LOG_LINES_SHOWN = 15;

const { values: chosen } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const seconds = (sinceMs: number) => `${((Date.now() - sinceMs) / 1_000).toFixed(0).padStart(4)} s`;

async function rehearse(): Promise<number> {
  const why = whyNoEmulator();
  if (why !== undefined) {
    console.log(`rehearsal SKIPPED: ${why}`);
    return 0;
  }
  const { check: text } = chosen;
  const checks = CHECKS.filter(({ name: each, quick, setsUp = false }) =>
    text === undefined ? quick || !chosen.quick : setsUp || each.includes(text),
  );
  const startedAtMs = Date.now();
  const ends: (() => void)[] = [];
  const end = () => {
    for (const each of ends.splice(0).reverse()) each();
  };
  process.once('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

  let stage: Partial<Stage> = {};
  let passed = 0;
  let failed = 0;
  let name = 'the stack is deployed';
  let checkAtMs = Date.now();
  const ok = (told: string | undefined) => {
    passed += 1;
    console.log(`ok ${seconds(checkAtMs)}  ${name}${told === undefined ? '' : `: ${told}`}`);
  };
  const tellFailure = async (error: unknown) => {
    failed += 1;
    console.log(`FAILED ${seconds(checkAtMs)}  ${name}`);
    console.log(error instanceof Error ? error.message : String(error));
    await showLogs(stage, checkAtMs);
  };
  try {
    const emulator = await Emulator.start();
    ends.push(() => emulator.stop({ keep: chosen.keep }));
    const org = await Org.start();
    ends.push(() => org.stop());
    const receiver = await startReceiver();
    ends.push(() => void receiver.close());
    const installation = await Installation.deploy(emulator, {
      stackName: 'Sluice',
      context: { allowedTargets: ALLOWED_TARGETS, herokuAddon: 'true' },
    });
    ok(undefined);
    stage = { emulator, org, receiver, installation };
    for (const check of checks) {
      name = check.name;
      checkAtMs = Date.now();
      try {
        ok(await check.run(stage as Stage));
      } catch (error) {
        // Later failures may have other causes; without an app the rehearsal cannot continue.
        if (stage.app === undefined) throw error;
        await tellFailure(error);
      }
    }
  } catch (error) {
    await tellFailure(error);
  } finally {
    if (chosen.keep) console.log(`\nkept: ${stage.emulator?.directory}`);
    end();
  }
  console.log(`\nrehearsal: ${passed} passed, ${failed} failed in ${seconds(startedAtMs).trim()}`);
  return failed === 0 ? 0 : 1;
}

/** A function's log usually says what went wrong. */
async function showLogs({ installation }: Partial<Stage>, sinceMs: number): Promise<void> {
  if (installation === undefined) return;
  try {
    const lines = await installation.logs({ sinceMs });
    const bad = lines.filter(({ text }) => /"level":"(WARN|ERROR)"|Error/.test(text));
    console.log(
      `the functions logged ${lines.length} lines since the check began, ${bad.length} of them warnings or errors:`,
    );
    for (const { functionName, text } of bad.slice(-LOG_LINES_SHOWN)) console.log(`${functionName}: ${text}`);
  } catch (error) {
    console.log(`the functions' logs could not be read: ${String(error)}`);
  }
}

if (chosen.help) console.log(USAGE);
else process.exitCode = await rehearse();
