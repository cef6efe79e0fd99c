import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Stores } from '../src/adapters/engine.ts';
import { systemClock } from '../src/base/clock.ts';
import { expandHome } from '../src/base/expand-home.ts';
import { systemTimers } from '../src/base/timers.ts';
import { parseWholeNumber } from '../src/base/whole-number.ts';
import { DEMO_ALIAS, DEMO_APP, DEMO_FILTER, type Demo, type DemoLinks, startDemo } from './demo.ts';
import { herokuAddonLine } from './heroku-addon.ts';
import { type LocalHost, startLocalHost } from './host.ts';
import { ManagementClient } from './management-client.ts';
import { PortInUseError } from './port-in-use.ts';
import { ProblemReporter } from './problem-reporter.ts';
import { ShutdownSteps } from './shutdown-steps.ts';
import { LocalState } from './state.ts';
import { explainStateError, isForPeople } from './state-error.ts';
import { heading, makeTerminal, type Terminal } from './terminal.ts';

/** `npm start`: the whole product on this machine. */

const DEFAULT_PORT = 4280;
const STATE_FILE = 'local.json';
const USAGE = `Usage: npm start -- [options]

  --port N     port of the management API and the publish URL (default ${DEFAULT_PORT}; 0 = any free port)
  --state DIR  folder that keeps everything across restarts (default .sluice)
  --no-demo    no simulated org and no demo resources
  --durable    keep everything over a power cut too, not only when the process dies (slower)
  --heroku FILE
               be the Heroku add-on whose secrets "sluice addon:manifest" wrote into FILE
  --heroku-url URL
               of a simulated Heroku, for that
  --help       this text`;

interface Arguments {
  readonly port: number;
  readonly stateDir: string;
  readonly demo: boolean;
  readonly durable: boolean;
  readonly heroku: { readonly addonFile: string; readonly url: string | undefined } | undefined;
}

class UsageError extends Error {}

function readArguments(argv: readonly string[]): Arguments | 'help' {
  let values: {
    port?: string;
    state?: string;
    demo?: boolean;
    durable?: boolean;
    help?: boolean;
    heroku?: string;
    'heroku-url'?: string;
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      allowNegative: true,
      options: {
        port: { type: 'string' },
        state: { type: 'string' },
        demo: { type: 'boolean' },
        durable: { type: 'boolean' },
        heroku: { type: 'string' },
        'heroku-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return 'help';
  const port = values.port === undefined ? DEFAULT_PORT : parseWholeNumber(values.port);
  if (port === undefined || port > 65_535) {
    throw new UsageError(`--port: expected a number from 0 to 65535, found ${JSON.stringify(values.port)}`);
  }
  const herokuUrl = values['heroku-url'];
  if (herokuUrl !== undefined && (values.heroku === undefined || !URL.canParse(herokuUrl))) {
    throw new UsageError(
      `--heroku-url: expected a URL, with --heroku beside it, found ${JSON.stringify(herokuUrl)}`,
    );
  }
  return {
    port,
    stateDir: resolve(expandHome(values.state ?? '.sluice')),
    demo: values.demo ?? true,
    durable: values.durable ?? false,
    heroku:
      values.heroku === undefined
        ? undefined
        : { addonFile: resolve(expandHome(values.heroku)), url: herokuUrl },
  };
}

/**
 * The demo's far side starts before Sluice and stops after it, as Salesforce does: a feed that cannot connect waits for
 * most of a minute before it retries.
 */
async function run(options: Arguments, terminal: Terminal): Promise<void> {
  // Applies to every file written from here on: events and mappings are for this user only.
  process.umask(0o077);
  const isFirstStart = !existsSync(options.stateDir);
  const state = new LocalState(options.stateDir, (message) => terminal.event('sluice', message));
  state.claim();
  const stops = new ShutdownSteps();
  stops.add(() => state.release());
  stopOnRequest(async () => {
    terminal.say();
    terminal.say('Stopping: what is under way is finished, everything else is kept.');
    // Further events of the org would look as if the run were not stopping.
    terminal.endLiveView();
    await stops.run();
  });
  try {
    const demo = options.demo
      ? await startDemo({ state, terminal, ports: demoPorts(options.port) })
      : undefined;
    if (demo !== undefined) stops.add(() => demo.stop());
    let host: LocalHost | undefined;
    const reporter = new ProblemReporter({
      terminal,
      clock: systemClock,
      timers: systemTimers,
      appName: async (appId) => (await host?.appName(appId)) ?? appId,
    });
    host = await startLocalHost({
      port: options.port,
      state,
      salesforceApp: demo?.salesforceApp,
      durable: options.durable,
      heroku: options.heroku,
      ...(demo !== undefined && { prepare: (stores: Stores) => demo.follow(stores) }),
      onLogLine: (line) => reporter.show(line),
    });
    const { stop } = host;
    stops.add(stop);
    const links = await demo?.link(new ManagementClient(host.url, host.adminToken));
    state.write(STATE_FILE, {
      version: 1,
      apiUrl: host.url,
      adminToken: host.adminToken,
      ...(links === undefined ? {} : { app: links.app }),
      pid: process.pid,
    });
    greet(terminal, { state, host, demo, links, isFirstStart, addonFile: options.heroku?.addonFile });
    demo?.begin();
  } catch (error) {
    await stops.run();
    throw error;
  }
}

/** The neighbours of a chosen port, or any free ports. */
function demoPorts(port: number): { http: number; grpc: number; receiver: number } {
  return port === 0
    ? { http: 0, grpc: 0, receiver: 0 }
    : { http: port + 1, grpc: port + 2, receiver: port + 3 };
}

interface Standing {
  readonly state: LocalState;
  readonly host: LocalHost;
  readonly demo: Demo | undefined;
  readonly links: DemoLinks | undefined;
  readonly isFirstStart: boolean;
  /** Of the Heroku add-on that it is to be. */
  readonly addonFile: string | undefined;
}

function greet(
  terminal: Terminal,
  { state: { dir }, host, demo, links, isFirstStart, addonFile }: Standing,
): void {
  const fromHere = relative(process.cwd(), dir) || '.';
  const state = fromHere.startsWith('..') ? dir : fromHere;
  // The folder where the commands find the run by themselves.
  const isFound = dir === resolve('.sluice');
  const where = `in this folder${isFound ? '' : `, after export SLUICE_STATE=${dir}`}`;
  terminal.say();
  terminal.say(heading(`Sluice runs on this machine${isFirstStart ? '' : ', with the state it had'}.`));
  terminal.say();
  terminal.say(`  management API  ${host.url}/v1`);
  terminal.say(`  state           ${state} (everything; delete it to start over)`);
  terminal.say(`  log             ${state}/sluice.log`);
  if (addonFile !== undefined) terminal.say(`  Heroku add-on   ${herokuAddonLine(addonFile, host.url)}`);
  if (demo === undefined || links === undefined) {
    terminal.say();
    terminal.say(`  Try, in another terminal ${where}:`);
    terminal.say('    npx sluice apps:create my-app');
    terminal.say('    npx sluice console                                 # in a browser');
    terminal.say(
      '    npx sluice events:authorizations:salesforce:create my-org -a my-app --client-id YOUR_CLIENT_ID',
    );
    terminal.say();
    terminal.say('Ctrl-C stops it.');
    return;
  }
  terminal.say(`  simulated org   ${demo.simulator.httpUrl} (Pub/Sub API at ${demo.simulator.grpcAddress})`);
  terminal.say(`  receiver        ${demo.receiverUrl}`);
  terminal.say();
  terminal.say(
    'What you will see: opportunities change in the org; their change events arrive over the Pub/Sub API,',
  );
  terminal.say('pass the filter of a stream, and reach a webhook receiver, signed. The filter:');
  terminal.say(`  ${DEMO_FILTER}`);
  terminal.say();
  terminal.say(heading(`Try, in another terminal ${where}:`));
  terminal.say();
  terminal.say('  Publish a platform event into the org (it will be shown here):');
  terminal.say(`    curl -X POST ${links.publishUrl}/QuoteGenerationComplete \\`);
  terminal.say(`      -H 'Content-Type: application/json' -d '{"Status__c":"Quotes Generated: 50"}'`);
  terminal.say();
  terminal.say('  Look at what there is, in a browser or here:');
  terminal.say('    npx sluice console');
  terminal.say('    npx sluice events:streams');
  terminal.say('    npx sluice events:subscriptions:info OpportunityChangeEvent');
  terminal.say('    npx sluice events:deliveries');
  terminal.say(`    npx sluice config                                  # URLs of the app "${DEMO_APP}"`);
  terminal.say();
  terminal.say('  Send events to a receiver of your own, and make test events:');
  terminal.say(
    '    npx sluice events:publications:webhook:create mine -u http://127.0.0.1:3000/ -s OpportunityChangeEvent',
  );
  terminal.say(`    npx sluice events:generate ticker -i 10s -m 'root.timestamp = timestamp_unix()' -t mine`);
  terminal.say();
  terminal.say(`  Have the changes in Data Cloud, and see them come: ${demo.simulator.httpUrl}/data-cloud`);
  terminal.say(
    '    npx sluice events:publications:datacloud:create pipeline -c SalesConnector --object Opportunities \\',
  );
  terminal.say(`      -A ${DEMO_ALIAS} --primary-key Id --refresh-mode partial -s OpportunityChangeEvent`);
  terminal.say();
  terminal.say('Ctrl-C stops it.');
  terminal.say();
}

/** The first signal stops cleanly; a second one does not wait. The end of a pipe (`| head`) counts, too. */
function stopOnRequest(stop: () => Promise<void>): void {
  let isStopping = false;
  const onRequest = () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onRequest);
  process.on('SIGTERM', onRequest);
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!isStopping) onRequest();
    });
  }
}

async function main(): Promise<void> {
  const terminal = makeTerminal((text) => process.stdout.write(text));
  let stateDir = '';
  try {
    const options = readArguments(process.argv.slice(2));
    if (options === 'help') {
      terminal.say(USAGE);
      return;
    }
    ({ stateDir } = options);
    await run(options, terminal);
  } catch (thrown) {
    const error = explainStateError(thrown, stateDir);
    if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
    else if (error instanceof PortInUseError || isForPeople(error)) console.error(error.message);
    else console.error(error);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

await main();
