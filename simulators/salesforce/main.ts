import { parseArgs } from 'node:util';
import { parseWholeNumber } from '../../src/base/whole-number.ts';
import { startSalesforceSimulator } from './index.ts';
import { LIVE_TIMING } from './pubsub/timing.ts';

const USAGE = `Usage: npm run simulator -- [options]

  --port N            HTTP: OAuth, REST, Data Cloud, control   (default 4290; 0 = any)
  --grpc-port N       Pub/Sub API without TLS                  (default 4291)
  --grpc-tls-port N   Pub/Sub API with a self-signed certificate (default 4292)
  --host H            address to bind to                       (default 127.0.0.1)
  --state FILE        keep everything in this SQLite file      (default: in memory)
  --activity MS       something happens in the org this often  (default 2000; 0 = never)
  --auto-approve      answer authorizations without the login page
  --live-timing       also the 3 seconds in which a new subscription at LATEST misses events
  --json              print one line of JSON for programs instead of text
  --help
`;

function port(text: string, option: string): number {
  const value = parseWholeNumber(text);
  if (value !== undefined && value < 65_536) return value;
  throw new Error(`Expected a port from 0 to 65535 for --${option}, found "${text}".`);
}

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4290' },
      'grpc-port': { type: 'string', default: '4291' },
      'grpc-tls-port': { type: 'string', default: '4292' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string' },
      activity: { type: 'string', default: '2000' },
      'auto-approve': { type: 'boolean', default: false },
      'live-timing': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

async function main(): Promise<void> {
  const values = options();
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const activityMs = parseWholeNumber(values.activity);
  if (activityMs === undefined)
    throw new Error(`Expected milliseconds for --activity, found "${values.activity}".`);
  const simulator = await startSalesforceSimulator({
    httpPort: port(values.port, 'port'),
    grpcPort: port(values['grpc-port'], 'grpc-port'),
    grpcTlsPort: port(values['grpc-tls-port'], 'grpc-tls-port'),
    host: values.host,
    autoApprove: values['auto-approve'],
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values['live-timing'] ? { timing: LIVE_TIMING } : {}),
  });
  if (activityMs > 0) simulator.startDemoActivity({ everyMs: activityMs });
  const { httpUrl, grpcAddress, grpcTlsAddress, orgId, credentials } = simulator;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ httpUrl, grpcAddress, grpcTlsAddress, orgId, credentials })}\n`);
  else {
    process.stdout.write(`A simulated Salesforce org is running.

  org             ${orgId}
  login, REST     ${httpUrl}
  Pub/Sub API     ${grpcAddress}  (with TLS, self-signed: ${grpcTlsAddress})
  user            ${credentials.username}
  client id       ${credentials.clientId}
  client secret   ${credentials.clientSecret}
  state           ${values.state ?? 'in memory'}
  control         ${httpUrl}/__simulator/info

Try:

  TOKEN=$(curl -s ${httpUrl}/services/oauth2/token -d grant_type=client_credentials \\
    -d client_id=${credentials.clientId} \\
    -d client_secret=${credentials.clientSecret} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${httpUrl}/services/data/v67.0/sobjects/Sluice_Demo__e -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -d '{"Message__c":"hello"}'
  curl -s '${httpUrl}/__simulator/ledger?topic=/event/Sluice_Demo__e'

Stop with Ctrl-C.
`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      simulator.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

try {
  await main();
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`);
  process.exitCode = 1;
}
