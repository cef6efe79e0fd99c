import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { publishLoginOf } from '../../../src/domain/apps/publish-url.ts';
import { App, CreatedApp } from '../../../src/management/apps/schema.ts';
import { DeliveryPage } from '../../../src/management/deliveries/schema.ts';
import { Status } from '../../../src/management/status/schema.ts';
import { type ApiClient, apiPath, expectShape } from '../api-client.ts';
import { reading } from '../reading.ts';
import { type Check, guarded, ok, problem } from './check.ts';

/** Checks the management API and the path of an event, for an installation on AWS and for a local run. */
export async function serviceChecks(client: ApiClient, apiUrl: string): Promise<readonly Check[]> {
  const reached = await guarded(
    'management API',
    'Check SLUICE_API_URL and SLUICE_TOKEN: the doctor needs an administration token.',
    async () => {
      const apps = expectShape(v.array(reading(App)), await client.request('GET', '/apps'), 'the apps');
      return [
        ok('management API', `${apiUrl} answers; ${apps.length} ${apps.length === 1 ? 'app' : 'apps'}`),
        ...(await Promise.all(apps.map(({ id, name }) => appCheck(client, id, name)))).flat(),
      ];
    },
  );
  if (reached.some(({ name, outcome }) => name === 'management API' && outcome === 'problem')) return reached;
  return [...reached, ...(await eventCheck(client, apiUrl))];
}

/** At this level an org may run out within the day. */
const USED_PERCENT_MAX = 80;

function appCheck(client: ApiClient, id: string, name: string): Promise<readonly Check[]> {
  const title = `app ${name}`;
  return guarded(title, `See \`sluice events:status -a ${name}\`.`, async () => {
    const answer = await client.request('GET', apiPath`/tenants/${id}/status`);
    const {
      feeds,
      authorizations,
      publications = [],
      allocations = [],
    } = expectShape(reading(Status, 'feeds', 'authorizations'), answer, 'the status');
    const faults = [
      ...authorizations
        .filter(({ status }) => status === 'dead')
        .map(({ alias, reason }) => `authorization ${alias} is dead${because(reason?.message)}`),
      ...feeds
        .filter(({ state }) => state === 'stopped' || state === 'waiting')
        .map(({ topic, state, reason }) => `feed ${topic} is ${state}${because(reason?.message)}`),
      ...publications
        .filter(({ state }) => state === 'disabled')
        .map(
          (publication) => `publication ${publication.name} is disabled${because(publication.state_reason)}`,
        ),
      ...publications
        .filter(({ breaker }) => breaker?.state === 'open')
        .map(({ name, breaker }) => `the receiver of ${name} fails${because(breaker?.error?.message)}`),
      ...allocations.flatMap(({ alias, limits = [] }) =>
        limits
          .filter((limit) => (limit.used_percent ?? 0) >= USED_PERCENT_MAX)
          .map((limit) => `${alias} has used ${limit.used_percent} % of ${limit.name}`),
      ),
    ];
    return faults.length === 0
      ? [ok(title, `${feeds.length} ${feeds.length === 1 ? 'feed' : 'feeds'}, nothing stands still`)]
      : [problem(title, faults.join('; '), `See \`sluice events:status -a ${name}\`.`)];
  });
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`;
}

const EVENT = 'an event, through every hop';
const PUBLICATION = 'doctor';
/** Enough for the cold starts of two functions, and a queue. */
const ARRIVES_MS_MAX = 60_000;
const POLL_MS = 500;
/**
 * The receiver is the installation's own management API, which needs no set-up: it refuses a POST to this address. A
 * delivery that was refused with 405 has therefore passed through everything: publish URL, queue, signing key, network,
 * table, API.
 */
const REFUSING_PATH = '/v1/openapi.json';
const REFUSAL = 'http-405';

async function eventCheck(client: ApiClient, apiUrl: string): Promise<readonly Check[]> {
  const name = `doctor-${randomBytes(4).toString('hex')}`;
  const whatToDo =
    'See the logs of functions/ingest and functions/deliver; without an alarm, wait a minute and try again.';
  return guarded(EVENT, whatToDo, async () => {
    const created = expectShape(
      reading(CreatedApp, 'publish_url'),
      await client.request('POST', '/apps', { name }),
      'the new app',
    );
    try {
      return [await sendThrough(client, apiUrl, created.id, created.publish_url, whatToDo)];
    } finally {
      await client.request('DELETE', apiPath`/apps/${created.id}`);
    }
  });
}

async function sendThrough(
  client: ApiClient,
  apiUrl: string,
  appId: string,
  publishUrl: string,
  whatToDo: string,
): Promise<Check> {
  await client.request('POST', apiPath`/tenants/${appId}/platforms/webhook/publications`, {
    name: PUBLICATION,
    url: `${apiUrl}${REFUSING_PATH}`,
  });
  const startedAtMs = Date.now();
  const { status, text } = await publish(publishUrl);
  if (status !== 202) return problem(EVENT, `the publish URL answered ${status}: ${text}`, whatToDo);
  while (Date.now() - startedAtMs < ARRIVES_MS_MAX) {
    const answer = await client.request('GET', apiPath`/tenants/${appId}/deliveries`);
    const [first] = expectShape(reading(DeliveryPage, 'deliveries'), answer, 'the deliveries').deliveries;
    const error = first?.last_error;
    if (error?.id === REFUSAL) {
      const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
      return ok(EVENT, `was accepted, signed, sent and refused as it should be, within ${seconds} s`);
    }
    if (error !== undefined) {
      return problem(
        EVENT,
        `reached functions/deliver, and failed there: ${error.message ?? error.id}`,
        whatToDo,
      );
    }
    await sleep(POLL_MS);
  }
  return problem(EVENT, `was accepted, and nothing was seen of it for ${ARRIVES_MS_MAX / 1_000} s`, whatToDo);
}

async function publish(publishUrl: string): Promise<{ readonly status: number; readonly text: string }> {
  const { origin, pathname } = new URL(publishUrl);
  const { user, password } = publishLoginOf(publishUrl);
  const credentials = Buffer.from(`${user}:${password}`);
  const response = await fetch(`${origin}${pathname.replace(/\/$/, '')}/${PUBLICATION}`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials.toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'sluice doctor' }),
    redirect: 'error',
    signal: AbortSignal.timeout(ARRIVES_MS_MAX),
  });
  return { status: response.status, text: (await response.text()).slice(0, 300) };
}
