import type { SalesforceSimulator } from '../simulators/salesforce/index.ts';
import { startSalesforceSimulator } from '../simulators/salesforce/index.ts';
import type { Stores } from '../src/adapters/engine.ts';
import { isJsonObject } from '../src/base/json.ts';
import { publishLoginOf, publishUrl } from '../src/domain/apps/publish-url.ts';
import type { InstallationApp } from '../src/domain/authorizations/installation-app.ts';
import { type DemoReceiver, type ReceivedEvent, startDemoReceiver } from './demo-receiver.ts';
import { followDemo } from './follow-demo.ts';
import type { ManagementClient } from './management-client.ts';
import { explainPortInUse } from './port-in-use.ts';
import type { LocalState } from './state.ts';
import { explainStateError } from './state-error.ts';
import type { Terminal } from './terminal.ts';

/** The far side of `npm start`: a preset org and a webhook receiver, neither of which knows Sluice. */
export interface Demo {
  readonly simulator: SalesforceSimulator;
  readonly receiverUrl: string;
  /** The org's app, which is used when an org is authorized without naming an app. */
  readonly salesforceApp: InstallationApp;
  /** Updates the addresses in what an earlier run of the demo stored. Call it before anything else uses the stores. */
  follow(stores: Stores): Promise<void>;
  /** Creates the resources that link the org to the receiver and back, through the management API, as a user would. */
  link(api: ManagementClient): Promise<DemoLinks>;
  /** Starts the activity in the org: opportunities begin to change. */
  begin(): void;
  stop(): Promise<void>;
}

export interface DemoLinks {
  readonly app: string;
  readonly publishUrl: string;
}

export interface DemoOptions {
  readonly state: LocalState;
  readonly terminal: Terminal;
  /** 0 = any. */
  readonly ports: DemoPorts;
}

interface DemoPorts {
  readonly http: number;
  readonly grpc: number;
  readonly receiver: number;
}

export const DEMO_APP = 'demo';
export const DEMO_ALIAS = 'demo-org';
const DEMO_SUBSCRIPTION = 'OpportunityChangeEvent';
const DEMO_RECEIVER = 'demoReceiver';
const DEMO_TOPIC = '/data/OpportunityChangeEvent';
const DEMO_PLATFORM_EVENT = 'QuoteGenerationComplete';
export const DEMO_FILTER =
  'root = if this.ChangeEventHeader.changeType == "UPDATE" { this } else { deleted() }';
/** Lively, but slow enough to read. */
const ACTIVITY_EVERY_MS = 2_000;
/** Enough steps to include a change that passes the filter. */
const FIRST_STEPS = 3;
const STATE_FILE = 'demo.json';
const CREDENTIALS_FILE = 'credentials.json';

/** Starts the org and the receiver. */
export async function startDemo({ state, terminal, ports }: DemoOptions): Promise<Demo> {
  const remembered = state.read(STATE_FILE) ?? {};
  let signingSecret = textOf(remembered['signingSecret']);
  const stateFile = state.path('salesforce-simulator.sqlite');
  let simulator: SalesforceSimulator | undefined;
  let receiver: DemoReceiver;
  try {
    simulator = await startSalesforceSimulator({ httpPort: ports.http, grpcPort: ports.grpc, stateFile });
    receiver = await startDemoReceiver(
      ports.receiver,
      () => signingSecret,
      (event) => terminal.event('webhook', describeReceived(event)),
    );
  } catch (error) {
    await simulator?.close();
    throw explainPortInUse(
      explainStateError(error, stateFile),
      `a port of the demo (${ports.http}, ${ports.grpc} or ${ports.receiver}) is taken: stop what uses it, or start with --port N (0 = any free port) or --no-demo`,
    );
  }
  const stopListening = simulator.onEvent((event) => {
    if (event.topic === `/event/${DEMO_PLATFORM_EVENT}__e`) {
      terminal.event('org', `${DEMO_PLATFORM_EVENT}__e arrived: ${describeFields(event.payload)}`);
    } else if (event.topic === DEMO_TOPIC) {
      terminal.event('org', describeChange(event.payload));
    }
  });
  let activity: { stop(): void; step(): void } | undefined;
  return {
    simulator,
    receiverUrl: receiver.url,
    salesforceApp: {
      clientId: simulator.credentials.clientId,
      loginUrl: simulator.httpUrl,
      pubsubEndpoint: simulator.grpcAddress,
    },
    follow: (stores) =>
      followDemo(
        stores,
        { app: DEMO_APP, alias: DEMO_ALIAS, receiver: DEMO_RECEIVER },
        { orgUrl: simulator.httpUrl, pubsubEndpoint: simulator.grpcAddress, receiverUrl: receiver.url },
      ),
    async link(api) {
      const made = await makeResources(api, state, { simulator, receiver, signingSecret });
      signingSecret = made.signingSecret;
      state.write(STATE_FILE, { signingSecret });
      return { app: DEMO_APP, publishUrl: made.publishUrl };
    },
    begin() {
      activity ??= simulator.startDemoActivity({ everyMs: ACTIVITY_EVERY_MS });
      // Shows something at once.
      for (let step = 0; step < FIRST_STEPS; step += 1) activity.step();
    },
    async stop() {
      activity?.stop();
      stopListening();
      await receiver.close();
      await simulator.close();
    },
  };
}

interface FarSide {
  readonly simulator: SalesforceSimulator;
  readonly receiver: DemoReceiver;
  /** The signing secret of an earlier run's publication. */
  readonly signingSecret: string | undefined;
}

/** After the first start each of these exists, so only missing ones are created. */
async function makeResources(
  api: ManagementClient,
  state: LocalState,
  { simulator, receiver, signingSecret }: FarSide,
): Promise<{ readonly publishUrl: string; readonly signingSecret: string | undefined }> {
  const app = await api.ensure('/v1/apps', { name: DEMO_APP });
  const appId = textOf(app.resource['id']) ?? DEMO_APP;
  const url = await keepUrls(api, state, appId, app.resource);
  const tenant = `/v1/tenants/${appId}`;
  await api.ensure(`${tenant}/platforms/salesforce/authorizations`, {
    alias: DEMO_ALIAS,
    flow: 'client-credentials',
    login_url: simulator.httpUrl,
    client_id: simulator.credentials.clientId,
    client_secret: simulator.credentials.clientSecret,
    pubsub_endpoint: simulator.grpcAddress,
    insecure: true,
  });
  await api.ensure(`${tenant}/platforms/salesforce/subscriptions`, {
    name: DEMO_SUBSCRIPTION,
    topic: DEMO_TOPIC,
    alias: DEMO_ALIAS,
    replay: 'earliest',
  });
  // A secret is shown only once. Without it the receiver could verify no signature, so the publication is created anew.
  if (signingSecret === undefined) await api.remove(`${tenant}/publications/${DEMO_RECEIVER}`);
  const webhook = await api.ensure(`${tenant}/platforms/webhook/publications`, {
    name: DEMO_RECEIVER,
    url: receiver.url,
    source: DEMO_SUBSCRIPTION,
    filter: DEMO_FILTER,
  });
  await api.ensure(`${tenant}/platforms/salesforce/publications`, {
    name: DEMO_PLATFORM_EVENT,
    topic: `/event/${DEMO_PLATFORM_EVENT}__e`,
    alias: DEMO_ALIAS,
  });
  return { publishUrl: url, signingSecret: textOf(webhook.resource['signing_secret']) ?? signingSecret };
}

/**
 * The user and password are shown only once; after that they are in the file where the CLI stores those of all apps.
 */
async function keepUrls(
  api: ManagementClient,
  state: LocalState,
  appId: string,
  made: Readonly<Record<string, unknown>>,
): Promise<string> {
  const kept = state.read(CREDENTIALS_FILE) ?? {};
  const entry = isJsonObject(kept[DEMO_APP]) ? kept[DEMO_APP] : {};
  const login = async (use: 'publish' | 'subscribe', user: unknown, password: unknown) => {
    const told = textOf(made[`${use}_url`]);
    if (told === undefined && typeof user === 'string' && typeof password === 'string') {
      return { user, password };
    }
    const url = told ?? (await api.post(`/v1/tenants/${appId}/credentials`, { use }))[`${use}_url`];
    return publishLoginOf(String(url));
  };
  const publisher = await login('publish', entry['user'], entry['password']);
  // A run of an earlier version created none.
  const subscriber = await login('subscribe', entry['subscribeUser'], entry['subscribePassword']);
  state.write(CREDENTIALS_FILE, {
    ...kept,
    [DEMO_APP]: { ...publisher, subscribeUser: subscriber.user, subscribePassword: subscriber.password },
  });
  return publishUrl(api.origin, publisher);
}

function describeChange(payload: unknown): string {
  const fields = isJsonObject(payload) ? payload : {};
  const header = isJsonObject(fields['ChangeEventHeader']) ? fields['ChangeEventHeader'] : {};
  return `Opportunity ${textOf(header['changeType']) ?? 'CHANGE'}  ${describeFields(withoutHeader(fields))}`;
}

function describeReceived({ data, signatureIsValid }: ReceivedEvent): string {
  const header = isJsonObject(data['ChangeEventHeader']) ? data['ChangeEventHeader'] : {};
  const ids = Array.isArray(header['recordIds']) ? header['recordIds'].join(', ') : '';
  const changed = Array.isArray(header['changedFields']) ? header['changedFields'].map(String) : [];
  const shown = changed.length === 0 ? withoutHeader(data) : pickFields(data, changed);
  const signature = signatureIsValid ? 'signature valid' : 'SIGNATURE NOT VALID';
  return `← ${textOf(header['changeType']) ?? 'event'} ${ids}  ${describeFields(shown)}  (${signature})`;
}

function withoutHeader(fields: Record<string, unknown>): Record<string, unknown> {
  const { ChangeEventHeader: _header, ...rest } = fields;
  return rest;
}

function pickFields(fields: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/** The fields of a record that are shown in one line. */
const FIELDS_SHOWN_MAX = 4;
const FIELDS_OF_THE_SYSTEM =
  /^(LastModified|System|Created|Owner|Is|Fiscal|Has|Last|Push|Forecast|ExpectedRevenue)/;

function describeFields(payload: unknown): string {
  if (!isJsonObject(payload)) return '';
  return Object.entries(payload)
    .map(([name, value]) => [name, unwrapped(value)] as const)
    .filter(([name, value]) => value !== null && value !== undefined && !FIELDS_OF_THE_SYSTEM.test(name))
    .slice(0, FIELDS_SHOWN_MAX)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

/** In the org's own record of an event, nullable fields are wrapped: `{"string":"x"}`. */
function unwrapped(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  const [entry, ...others] = Object.entries(value);
  return entry !== undefined && others.length === 0 ? entry[1] : value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
