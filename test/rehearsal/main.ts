import { parseArgs } from 'node:util';
import { startReceiver } from '../support/local-run.ts';
import { CHECKS } from './checks.ts';
import { Emulator, whyNoEmulator } from './emulator.ts';
import { Installation } from './installation.ts';
import { Org } from './processes.ts';
import type { Stage } from './rehearsal.ts';

// Deploys the template and the bundles as they are, by the CDK's own CLI, to an AWS emulator that enforces IAM, and does the
// product's work there. Real: CloudFormation, the rights of each role, queues with redrive, KMS, Secrets Manager, the clock of
// a minute, HTTP API, TLS. Not there: memory, CPU and timeouts of Lambda, throttling, metrics and alarms, arm64.

const USAGE = `Usage: npm run rehearse -- [options]

  --quick   the checks that take less than five minutes
  --keep    leave the emulator's state and log where they are, for a look
`;

/** Of a check that failed: what the functions said last. */
const LOG_LINES_SHOWN = 15;

const { values: chosen } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
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
  const checks = CHECKS.filter(({ quick }) => quick || !chosen.quick);
  const startedAtMs = Date.now();
  const ends: (() => void)[] = [];
  const end = () => {
    for (const each of ends.splice(0).reverse()) each();
  };
  process.once('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

  let stage: Partial<Stage> = {};
  let passed = 0;
  let name = 'the stack is deployed';
  let checkAtMs = Date.now();
  const ok = (told: string | undefined) => {
    passed += 1;
    console.log(`ok ${seconds(checkAtMs)}  ${name}${told === undefined ? '' : `: ${told}`}`);
  };
  try {
    const emulator = await Emulator.start();
    ends.push(() => emulator.stop({ keep: chosen.keep }));
    const org = await Org.start();
    ends.push(() => org.stop());
    const receiver = await startReceiver();
    ends.push(() => void receiver.close());
    const installation = await Installation.deploy(emulator, { stackName: 'Sluice' });
    ok(undefined);
    stage = { emulator, org, receiver, installation };
    for (const check of checks) {
      name = check.name;
      checkAtMs = Date.now();
      ok(await check.run(stage as Stage));
    }
    console.log(`\nrehearsal: ${passed} passed in ${seconds(startedAtMs).trim()}`);
    return 0;
  } catch (error) {
    console.log(`\nFAILED ${seconds(checkAtMs)}  ${name}`);
    console.log(error instanceof Error ? error.message : String(error));
    await showLogs(stage, checkAtMs);
    if (chosen.keep) console.log(`\nkept: ${stage.emulator?.directory}`);
    return 1;
  } finally {
    end();
  }
}

/** What went wrong is most often in a function's log. */
async function showLogs({ installation }: Partial<Stage>, sinceMs: number): Promise<void> {
  if (installation === undefined) return;
  try {
    const lines = (await installation.logs({ sinceMs })).filter(({ text }) => text.startsWith('{'));
    console.log(`\nthe functions' last lines (${lines.length} since the check began):`);
    for (const { functionName, text } of lines.slice(-LOG_LINES_SHOWN))
      console.log(`${functionName}: ${text}`);
  } catch (error) {
    console.log(`the functions' logs could not be read: ${String(error)}`);
  }
}

if (chosen.help) console.log(USAGE);
else process.exitCode = await rehearse();
