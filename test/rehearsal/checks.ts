import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { startHerokuSimulator } from '../../simulators/heroku/index.ts';
import { HEROKU_ADDON_FILE, simulatedAddon } from '../support/heroku.ts';
import { publisher } from '../support/local-run.ts';
import { rehearseAwsTargets } from './aws-targets.ts';
import { baselineCheckout } from './baseline.ts';
import { Installation, type Json } from './installation.ts';
import { type ExpectedLine, unexpectedLines } from './logs.ts';
import {
  arrival,
  authorizationOf,
  feedsAreActive,
  makeApp,
  processesOf,
  runningWorkers,
  type Stage,
} from './rehearsal.ts';
import { deniedRights, rightsNotAsked } from './rights.ts';
import { until } from './until.ts';

export interface Check {
  readonly name: string;
  /** Whether it also runs with `--quick`. */
  readonly quick: boolean;
  /** Creates what the other checks work with. */
  readonly setsUp?: boolean;
  /** Returns anything worth saying besides that it passed. */
  run(stage: Stage): Promise<string | undefined>;
}

/** What the checks do to the functions on purpose, and how these report it. */
const EXPECTED: readonly ExpectedLine[] = [
  { of: 'deliver', pattern: /PULL_BACKLOG_FULL/, reason: 'a backlog of one is to be pulled' },
  {
    of: 'deliver',
    pattern: /DELIVERY_MESSAGE_UNREADABLE/,
    reason: 'the poison message',
  },
  {
    of: 'pubsub-poller',
    pattern: /POLL_MESSAGE_UNREADABLE/,
    reason: 'the poison message on the other queue',
  },
  {
    of: 'pubsub-poller',
    pattern: /FEED_FAILED/,
    reason: 'the org ends its streams with the tokens',
  },
  {
    of: 'api',
    pattern: /HEROKU_GRANT_FAILING/,
    reason: 'Heroku does not exchange the grant at once, so that the schedule does',
  },
  {
    of: 'schedule',
    pattern: /FEED_WORKER_DEAD/,
    reason: 'a worker is killed',
  },
  {
    of: 'pubsub-poller',
    pattern: /Worker process exited|Runtime\.ExitError|signal: killed|"errorType": ?"Runtime/i,
    reason: 'a worker is killed, and the emulator kills those whose code is updated',
  },
];

/** Within this time, twelve feeds must have ended up on one worker. */
const TWO_MINUTES_MS = 120_000;
/** Allocations are read every ten minutes. */
const ALLOCATIONS_WITHIN_MS = 11 * 60_000;

const TOPIC = '/event/Context__e';
const QUOTES = '/event/QuoteGenerationComplete__e';

export const CHECKS: readonly Check[] = [
  {
    name: 'the first token opens the management API',
    quick: true,
    setsUp: true,
    async run(stage) {
      const { installation } = stage;
      if ((await installation.call('GET', '/v1/apps')).length !== 0) throw new Error('expected no apps yet');
      const own = await installation.call('POST', '/v1/tokens', { label: 'rehearsal' });
      if (typeof own.token !== 'string') throw new Error(`expected a token, found ${Object.keys(own)}`);
      stage.app = await makeApp(installation, 'shop');
      return undefined;
    },
  },
  {
    name: 'an event that is published reaches a webhook',
    quick: true,
    setsUp: true,
    async run(stage) {
      const { app, receiver } = stage;
      const hook = { name: 'hook', url: receiver.url, retry: ['1s', '1s', '1s'] };
      await app.call('POST', '/platforms/webhook/publications', hook);
      await app.publish('hook', { n: 'published' });
      await arrival(stage, '"published"');
      await app.publish('hook/', { n: 'published-with-a-slash' });
      await arrival(stage, '"published-with-a-slash"');
      return undefined;
    },
  },
  {
    name: 'an event that was delivered at once has a history, a trace and a line in the log',
    quick: true,
    async run(stage) {
      const { app } = stage;
      await app.publish('hook', { n: 'with-a-history' });
      const { id } = await arrival(stage, '"with-a-history"');
      const eventId = encodeURIComponent(String(id));
      await until('the history to have it', async () => {
        const { deliveries } = await app.call('GET', `/history/trace?event_id=${eventId}`);
        return deliveries.length === 1 && deliveries[0].status === 'delivered';
      });
      const { entries } = await app.call('GET', `/history?event_id=${eventId}&publication=hook`);
      if (entries[0]?.attempt !== 1)
        throw new Error(`expected its attempt, found ${JSON.stringify(entries)}`);
      await app.call('GET', '/history/drops');
      await until('the log to have it', async () => {
        const { lines } = await app.call('GET', '/logs?publication=hook&limit=1000');
        return lines.some(({ fields }: { fields: { eventId?: unknown } }) => fields.eventId === id);
      });
      return undefined;
    },
  },
  {
    name: 'an event of an app whose publications are indexed has a trace without a search of the logs',
    quick: true,
    async run(stage) {
      const { installation, receiver } = stage;
      const app = await makeApp(installation, 'indexed');
      const hook = { name: 'hook', url: receiver.url, index_attempts: true };
      await app.call('POST', '/platforms/webhook/publications', hook);
      await app.publish('hook', { n: 'in-the-index' });
      const { id } = await arrival(stage, '"in-the-index"');
      const trace = () => app.call('GET', `/history/trace?event_id=${encodeURIComponent(String(id))}`);
      await until('the index to have it', async () => (await trace()).deliveries.length === 1);
      const { deliveries, searched } = await trace();
      if (deliveries[0].status !== 'delivered' || searched.scanned_bytes !== undefined) {
        throw new Error(`expected it without a search, found ${JSON.stringify({ deliveries, searched })}`);
      }
      await installation.call('DELETE', `/v1/apps/${app.name}`);
      return undefined;
    },
  },
  {
    name: 'Heroku asks for an add-on, whose config vars publish an event, and ends it',
    // It waits two minutes for the schedule.
    quick: false,
    async run(stage) {
      const { installation, emulator, receiver } = stage;
      const addon = simulatedAddon(installation.apiUrl);
      const heroku = await startHerokuSimulator({ addon, faults: { identityUnavailable: 1 } });
      try {
        const hosts = { HEROKU_API_URL: heroku.url, HEROKU_IDENTITY_URL: heroku.url };
        await installation.setVariables(['api', 'schedule'], hosts);
        await new SecretsManagerClient(emulator.client).send(
          new PutSecretValueCommand({
            SecretId: installation.outputs['HerokuAddonSecretArn'],
            SecretString: HEROKU_ADDON_FILE,
          }),
        );
        heroku.createApp('shop');
        const { uuid, name } = await heroku.createResource({ app: 'shop' });
        const before = heroku.configVars('shop');
        await heroku.createResource({ app: 'shop', uuid });
        if (heroku.configVars('shop')['ACME_EVENTS_API_TOKEN'] !== before['ACME_EVENTS_API_TOKEN'])
          throw new Error('expected a repeat to be answered the same');
        const path = `/v1/tenants/${name}`;
        const hook = { name: 'hook', url: receiver.url };
        await installation.call('POST', `${path}/platforms/webhook/publications`, hook);
        const { username, password } = new URL(before['ACME_EVENTS_PUBLISH_URL'] ?? '');
        const publish = publisher(
          installation.apiUrl.replace('https://', `https://${username}:${password}@`),
        );
        const { status } = await publish('hook', { n: 'published-by-an-add-on' });
        if (status !== 202) throw new Error(`expected 202 by the config var, found ${status}`);
        await arrival(stage, 'published-by-an-add-on');
        await until('the schedule to exchange the grant', async () => {
          const { grant } = await installation.call('GET', `${path}/heroku`);
          return grant.state === 'granted';
        });
        await installation.call('POST', `${path}/heroku/rotations`);
        if (heroku.configVars('shop')['ACME_EVENTS_API_TOKEN'] === before['ACME_EVENTS_API_TOKEN'])
          throw new Error('expected new credentials in the config vars');
        await heroku.destroyResource(name);
        const answers = heroku.partnerCalls.map((each) => each.status).join(' ');
        if (answers !== '200 200 204') throw new Error(`expected 200 200 204, found ${answers}`);
      } finally {
        await heroku.close();
      }
      return undefined;
    },
  },
  {
    name: 'the console is served, and a link opens a session that ends',
    quick: true,
    async run({ installation }) {
      const { apiUrl } = installation;
      const ask = async (method: string, path: string, more: { cookie?: string; body?: object } = {}) => {
        const response = await fetch(`${apiUrl}${path}`, {
          method,
          headers: {
            'x-sluice-console': '1',
            'content-type': 'application/json',
            ...(more.cookie !== undefined && { cookie: more.cookie }),
          },
          ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
        });
        return { status: response.status, headers: response.headers, text: await response.text() };
      };
      const page = await ask('GET', '/console');
      const [script] = /\/console\/assets\/main-\w+\.js/.exec(page.text) ?? [];
      if (script === undefined)
        throw new Error(`expected the page, found ${page.status} ${page.text.slice(0, 200)}`);
      // `fetch` decodes it as a browser does: a wrong content encoding would be an error.
      const asset = await ask('GET', script);
      const type = asset.headers.get('content-type') ?? '';
      if (asset.status !== 200 || !type.startsWith('text/javascript') || !asset.text.includes('import')) {
        throw new Error(`expected the script of the page, found ${asset.status} ${asset.text.slice(0, 200)}`);
      }
      const { url } = await installation.call('POST', '/v1/console/links', { app: 'shop' });
      const code = String(url).replace(/^.*#code=/, '');
      const begun = await ask('POST', '/console/session', { body: { code } });
      const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      // The emulator is at a port of its own, which the name then has.
      if (!/^__Host-sluice_console(_\d+)?=/.test(cookie)) {
        throw new Error(`expected a session, found ${begun.status} and the cookie ${JSON.stringify(cookie)}`);
      }
      const flow = await ask('GET', '/v1/tenants/shop/flow', { cookie });
      if (flow.status !== 200) throw new Error(`expected the flow, found ${flow.status} ${flow.text}`);
      await ask('DELETE', '/console/session', { cookie });
      const ended = await ask('GET', '/v1/tenants/shop/flow', { cookie });
      if (ended.status !== 401) throw new Error(`expected the session to have ended, found ${ended.status}`);
      // The emulator's Logs Insights does not know `stats`.
      return 'the minutes of the flow are not rehearsed';
    },
  },
  {
    name: 'an event of the org reaches a webhook',
    quick: true,
    setsUp: true,
    async run(stage) {
      const { app, org } = stage;
      await app.call('POST', '/platforms/salesforce/authorizations', authorizationOf(org));
      await org.publish('Context__e', { Context__c: 'from-the-org' });
      await app.call('POST', '/platforms/salesforce/subscriptions', {
        name: 'contexts',
        topic: TOPIC,
        alias: 'org',
        replay: 'earliest',
        target: 'hook',
      });
      const event = await arrival(stage, 'from-the-org');
      if (event.subject !== TOPIC) throw new Error(`expected an event of ${TOPIC}, found ${event.subject}`);
      await feedsAreActive(app, 1);
      return undefined;
    },
  },
  ...(['pubsub', 'rest'] as const).map(
    (via): Check => ({
      name: `an event that is published reaches the org by ${via === 'rest' ? 'REST' : 'the Pub/Sub API'}`,
      quick: true,
      async run({ app, org }) {
        const name = `quotes-${via}`;
        await app.call('POST', '/platforms/salesforce/publications', {
          name,
          topic: QUOTES,
          alias: 'org',
          via,
        });
        await app.publish(name, { Status__c: `ready-${via}` });
        await until('the org to have it', async () =>
          (await org.ledger(QUOTES)).some(({ payload }) => JSON.stringify(payload).includes(`ready-${via}`)),
        );
        return undefined;
      },
    }),
  ),
  {
    name: 'an event that is published is a record in Data Cloud, by one token and within its rate',
    quick: true,
    async run({ app, org }) {
      await app.call('POST', '/platforms/datacloud/publications', {
        name: 'orders',
        connector: 'SalesConnector',
        object: 'Orders',
        alias: 'org',
        validate: true,
      });
      const ids = Array.from({ length: 20 }, (_, n) => `o-${n}`);
      await Promise.all(ids.map((id) => app.publish('orders', { order_id: id })));
      await until('Data Cloud to have them', async () => {
        const rows = await org.control<{ key: string; problems: string[] }[]>('GET', 'data-cloud/ingested');
        return ids.every((id) => rows.some(({ key, problems }) => key === id && problems.length === 0));
      });
      const { exchanges, requests } = await org.control<{ exchanges: number; requests: object[] }>(
        'GET',
        'data-cloud/requests',
      );
      if (exchanges > 1) throw new Error(`expected one token for all functions, found ${exchanges}`);
      return `${ids.length} records in ${requests.length} requests`;
    },
  },
  {
    name: 'events that are published reach targets in AWS, which the installation allows and no other',
    quick: true,
    run: rehearseAwsTargets,
  },
  {
    name: 'a request to an inbound URL is verified, kept, pulled and put in order; a backlog that is full makes room',
    quick: true,
    async run({ app, receiver }) {
      const secret = 'a-secret-of-the-sender';
      const made = await app.call('POST', '/platforms/webhook/subscriptions', {
        name: 'inbound',
        verify: 'token',
        secret,
      });
      // The request creates the publication; whoever has cached it as missing does not see it yet.
      await app.pull('inbound?max=1');
      await until('a request to arrive at the publication', async () => {
        const status = await app.send(
          made.inbound_url,
          { n: 'pulled' },
          { authorization: `Bearer ${secret}` },
        );
        if (status !== 202) throw new Error(`expected 202, found ${status}`);
        const { deliveries } = await app.pull('inbound?max=10&wait=2&ack=required');
        if (deliveries.length === 0) return false;
        const receipts = deliveries.map(({ receipt }: { receipt: string }) => receipt);
        const { acknowledged } = await app.pull('inbound/ack', receipts);
        if (acknowledged !== receipts.length) throw new Error('expected every receipt to count');
        return true;
      });
      const ordered = { name: 'inbound-in-order', url: `${receiver.url}/inbound-in-order` };
      await app.call('POST', '/platforms/webhook/publications', ordered);
      const stream = { source: 'inbound', target: ordered.name, ordered: true, key: 'root = this.key' };
      await app.call('POST', '/streams', stream);
      // The function may have cached the streams of the subscription.
      await until('a request to arrive in its order', async () => {
        await app.send(made.inbound_url, { key: 'k' }, { authorization: `Bearer ${secret}` });
        return receiver.received.some(
          ({ path, event }) => path.endsWith('/inbound-in-order') && event['streamsequence'] !== undefined,
        );
      });
      await app.call('DELETE', `/publications/${ordered.name}`);
      const refused = await app.send(made.inbound_url, {}, { authorization: 'Bearer wrong' });
      if (refused !== 401) throw new Error(`expected 401 for a wrong token, found ${refused}`);
      await app.call('POST', '/platforms/pull/publications', { name: 'small', max_count: 1 });
      for (let n = 0; n < 3; n += 1) await app.publish('small', { n });
      await until('the oldest to end', async () => {
        await app.publish('small', { n: 'more' });
        const { deliveries } = await app.call('GET', '/deliveries?status=exhausted&publication=small');
        return deliveries.some(
          ({ last_error }: { last_error?: { id: string } }) => last_error?.id === 'backlog-full',
        );
      });
      const { backlog } = await app.call('GET', '/publications/small');
      return `${backlog.count} left of a backlog of one`;
    },
  },
  {
    name: 'a listener gets its events in their order, once for each session, and leaves nothing behind',
    quick: true,
    async run({ app }) {
      const open = (by: string) => app.call('POST', '/listeners/laptop/sessions', { by });
      const next = (session_id: string, more: object) =>
        app.call('POST', '/listeners/laptop/deliveries', { session_id, ...more });
      const first = await open('first');
      for (let n = 0; n < 3; n += 1) await app.publish('laptop', { n });
      const numbers = (answer: Json) =>
        answer.deliveries.map(({ body }: { body: string }) => JSON.parse(body).data.n).join();
      await until('its events to wait', async () => {
        const answer = await next(first.session_id, { wait: 5 });
        return answer.deliveries.length >= 3;
      });
      const found = await next(first.session_id, {});
      if (numbers(found) !== '0,1,2') throw new Error(`expected 0,1,2, found ${numbers(found)}`);
      const second = await open('second');
      if (second.taken_from?.by !== 'first') throw new Error('expected to hear from whom it was taken');
      const refused = await next(first.session_id, {}).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
      if (!refused.includes('session-over')) throw new Error(`expected session-over, found ${refused}`);
      const [one, two] = found.deliveries.map(({ id }: { id: string }) => id);
      const left = await next(second.session_id, { delivered: [one], skipped: [two] });
      if (numbers(left) !== '2') throw new Error(`expected 2, found ${numbers(left)}`);
      await app.call('DELETE', '/listeners/laptop');
      const { listeners } = await app.call('GET', '/listeners');
      return `${listeners.length} listeners left`;
    },
  },
  {
    name: 'the records of a gap event are read over REST',
    quick: true,
    async run(stage) {
      const { app, org } = stage;
      const { id } = await org.control<{ id: string }>('POST', 'records/create', {
        entity: 'Account',
        fields: { Name: 'Acme' },
      });
      await org.control('POST', 'events/gap', {
        entity: 'Account',
        changeType: 'GAP_UPDATE',
        recordIds: [id],
      });
      await app.call('POST', '/platforms/salesforce/subscriptions', {
        name: 'accounts',
        topic: '/data/AccountChangeEvent',
        alias: 'org',
        replay: 'earliest',
        repair: true,
        target: 'hook',
      });
      const event = await arrival(stage, '.GAP_UPDATE.REPAIR"');
      if (event.data.Name !== 'Acme')
        throw new Error(`expected the record's fields, found ${JSON.stringify(event)}`);
      return undefined;
    },
  },
  {
    name: 'a delivery that fails is tried again',
    quick: true,
    async run(stage) {
      const { app, receiver } = stage;
      // Matched by its text, because events of earlier checks may still be in flight.
      receiver.answer('"tried-again"', 500, 503);
      await app.publish('hook', { n: 'tried-again' });
      await arrival(stage, '"tried-again"', 3);
      await until('no delivery to wait', async () => {
        const { deliveries } = await app.call('GET', '/deliveries?status=waiting');
        return deliveries.length === 0;
      });
      return undefined;
    },
  },
  {
    name: 'events of one key arrive in their order, though the first one fails',
    quick: true,
    async run(stage) {
      const { app, org, receiver } = stage;
      const url = `${receiver.url}/in-order`;
      await app.call('POST', '/platforms/webhook/publications', {
        name: 'in-order',
        url,
        retry: ['1s', '5s'],
      });
      await app.call('POST', '/streams', {
        source: 'contexts',
        target: 'in-order',
        filter: 'root.inOrder = this.Context__c',
        ordered: true,
        key: 'root = this.Context__c.split("-").index(0)',
      });
      // A feed in progress notices a new stream within 20 s.
      let probes = 0;
      await until('the stream to be seen', async () => {
        probes += 1;
        await org.publish('Context__e', { Context__c: `probe-${probes}` });
        return receiver.received.some(({ path }) => path.endsWith('/in-order'));
      });
      receiver.answer('"inOrder":"kept-1"', 500, 503);
      for (const name of ['kept-1', 'kept-2', 'free-1', 'kept-3'])
        await org.publish('Context__e', { Context__c: name });
      const arrived = () =>
        receiver.received
          .filter(({ path, body }) => path.endsWith('/in-order') && body.includes('kept-'))
          .map(({ event }) => `${(event['data'] as { inOrder: string }).inOrder}:${event['streamsequence']}`);
      await until('all of the key', async () => arrived().includes('kept-3:3'));
      const firsts = [...new Set(arrived())].join();
      if (firsts !== 'kept-1:1,kept-2:2,kept-3:3')
        throw new Error(`expected them in their order, found ${firsts}`);
      await app.call('DELETE', '/publications/in-order');
      return undefined;
    },
  },
  {
    name: 'a message that nobody can read becomes a dead letter, is listed and redriven',
    quick: true,
    async run({ installation }) {
      await installation.enqueue('DeliveryQueueUrl', 'not a delivery');
      await installation.enqueue('OrderedQueueUrl', 'no delivery either');
      await installation.enqueue('PollQueueUrl', 'not a wake-up call');
      const listed = () =>
        installation.sluice('events:dead-letters', '--json').then((text) => JSON.parse(text));
      await until('three dead letters', async () => (await listed()).length === 3);
      const sinceMs = Date.now();
      await installation.sluice('events:dead-letters:redrive', '--all');
      // They are read once more, and are still no deliveries.
      await installation.logged('deliver', /DELIVERY_MESSAGE_UNREADABLE/, { sinceMs });
      await installation.logged('pubsub-poller', /POLL_MESSAGE_UNREADABLE/, { sinceMs });
      await until('three dead letters again', async () => (await listed()).length === 3);
      return undefined;
    },
  },
  {
    name: 'tokens that the org ended are renewed, for deliveries and for feeds',
    quick: true,
    async run(stage) {
      const { app, org } = stage;
      // Open streams stay open: the delivery is the next to ask for a token.
      await org.control('POST', 'tokens/revoke-all', { endStreams: false });
      await app.publish('quotes-pubsub', { Status__c: 'with-a-new-token' });
      await until('the org to have it', async () =>
        (await org.ledger(QUOTES)).some(({ payload }) =>
          JSON.stringify(payload).includes('with-a-new-token'),
        ),
      );
      await org.control('POST', 'tokens/revoke-all', { endStreams: true });
      await org.publish('Context__e', { Context__c: 'read-with-a-new-token' });
      await arrival(stage, 'read-with-a-new-token');
      return undefined;
    },
  },
  {
    name: 'a generator goes on by the schedule',
    quick: false,
    async run(stage) {
      await stage.app.call('POST', '/platforms/generate/subscriptions', {
        name: 'ticker',
        interval: '20s',
        mapping: 'root.tick = counter()',
        target: 'hook',
      });
      // The subscription itself makes the first minute's events, and the schedule the others.
      await arrival(stage, '"tick"', 6);
      await stage.app.call('DELETE', '/subscriptions/ticker');
      return undefined;
    },
  },
  {
    name: 'twelve feeds that are added one by one share a worker within two minutes',
    quick: false,
    async run({ app, org, installation }) {
      const before = (await app.call('GET', '/status')).feeds.length;
      for (let n = 1; n <= 12; n += 1) {
        const name = `Rehearsed_${n}__e`;
        await org.control('POST', 'platform-events', { name, fields: [{ name: 'N__c', type: 'string' }] });
        await org.publish(name, { N__c: `feed-${n}` });
        await app.call('POST', '/platforms/salesforce/subscriptions', {
          name: `feed-${n}`,
          topic: `/event/${name}`,
          alias: 'org',
          replay: 'earliest',
          target: 'hook',
        });
        await feedsAreActive(app, before + n);
      }
      const startedAtMs = Date.now();
      const allOnOne = async () => {
        const streams = await org.control<readonly object[]>('GET', 'streams');
        return (await runningWorkers(installation)) === 1 && streams.length === before + 12;
      };
      await until('one worker that reads them all', allOnOne, { withinMs: TWO_MINUTES_MS });
      return `one worker ${Math.round((Date.now() - startedAtMs) / 1_000)} s after the last`;
    },
  },
  {
    name: 'a worker that is killed loses nothing',
    quick: false,
    async run(stage) {
      const { org, installation } = stage;
      const killed = processesOf(installation.functionName('pubsub-poller'));
      if (killed.length === 0) throw new Error('expected a process of the poller, found none');
      const startedAtMs = Date.now();
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      await org.publish('Context__e', { Context__c: 'after-the-kill' });
      await arrival(stage, 'after-the-kill');
      return `the event came after ${Math.round((Date.now() - startedAtMs) / 1_000)} s`;
    },
  },
  {
    name: 'a second installation beside the first has its own everything, and leaves nothing',
    quick: false,
    async run({ emulator, receiver, installation }) {
      const context = { publishThrough: 'function-url', throwAway: 'true', alarmEmail: 'a@example.com' };
      const second = await Installation.deploy(emulator, { stackName: 'Second', context });
      if ((await second.call('GET', '/v1/apps')).length !== 0)
        throw new Error('expected no apps of the first');
      const app = await makeApp(second, 'shop');
      await app.call('POST', '/platforms/webhook/publications', { name: 'hook', url: receiver.url });
      await app.call('POST', '/platforms/generate/subscriptions', {
        name: 'ticker',
        interval: '1h',
        mapping: 'root.n = "of-the-second"',
        target: 'hook',
      });
      await until('the event of the second', () =>
        receiver.received.some(({ body }) => body.includes('of-the-second')),
      );
      await logsAreClean(second, EXPECTED);
      await second.destroy(context);
      await isGone(second);
      const tableName = second.outputs['TableName'] ?? '';
      const left = await tableStatus(second, tableName);
      if (left !== undefined) throw new Error(`expected the table to be gone, found it ${left}`);
      await installation.call('GET', '/v1/apps');
      return undefined;
    },
  },
  {
    name: 'an upgrade and a downgrade lose nothing, and each version reads what the other queued',
    quick: false,
    async run(stage) {
      const { emulator, receiver, org } = stage;
      const checkout = await baselineCheckout();
      const stackName = 'Upgraded';
      const before = await Installation.deploy(emulator, { stackName, checkout });
      const app = await makeApp(before, 'shop');
      await app.call('POST', '/platforms/webhook/publications', { name: 'hook', url: receiver.url });
      await app.call('POST', '/platforms/salesforce/authorizations', authorizationOf(org));
      await app.call('POST', '/platforms/salesforce/subscriptions', {
        name: 'statuses',
        topic: '/event/System_Status__e',
        alias: 'org',
        replay: 'earliest',
        target: 'hook',
      });
      const ofTheOrg = (text: string) =>
        org.publish('System_Status__e', { Status__c: text, Message__c: 'feed' });
      /** Queued by one version while none takes deliveries from the queue. */
      const queuedBy = async (version: Installation, text: string) => {
        await version.holdDeliveries(true);
        await app.publish('hook', { n: text });
      };
      await ofTheOrg('before-the-upgrade');
      await arrival(stage, 'before-the-upgrade');
      await queuedBy(before, 'queued-by-the-old');
      const after = await Installation.deploy(emulator, { stackName });
      await after.holdDeliveries(false);
      await arrival(stage, 'queued-by-the-old');
      await ofTheOrg('after-the-upgrade');
      await arrival(stage, 'after-the-upgrade');
      await queuedBy(after, 'queued-by-the-new');
      const again = await Installation.deploy(emulator, { stackName, checkout });
      await again.holdDeliveries(false);
      await arrival(stage, 'queued-by-the-new');
      // The baseline's workers do not know the new workers' leases: what they leave unread comes with the next upgrade.
      await ofTheOrg('after-the-downgrade');
      await Installation.deploy(emulator, { stackName });
      await arrival(stage, 'after-the-downgrade');
      await logsAreClean(again, EXPECTED);
      await again.destroy();
      await isGone(again);
      return undefined;
    },
  },
  {
    name: "the org's allocations are read",
    quick: false,
    async run({ app }) {
      await until(
        'allocations',
        async () => {
          const { allocations } = await app.call('GET', '/status');
          return allocations[0]?.limits?.length > 0;
        },
        { withinMs: ALLOCATIONS_WITHIN_MS },
      );
      return undefined;
    },
  },
  {
    name: 'an app goes with everything that it made',
    quick: false,
    async run({ app, installation }) {
      await installation.call('DELETE', `/v1/apps/${app.name}`);
      const left = await installation.call('GET', '/v1/apps');
      if (left.length > 0) throw new Error(`expected no apps, found ${JSON.stringify(left)}`);
      return undefined;
    },
  },
  {
    name: 'no function was denied a right, or met an error that nobody caused',
    quick: true,
    async run({ installation, emulator }) {
      await logsAreClean(installation, EXPECTED);
      const denied = deniedRights(installation, emulator.decisions());
      if (denied.length > 0) throw new Error(`expected no denied right, found ${JSON.stringify(denied)}`);
      return undefined;
    },
  },
  {
    name: 'every right of every role was asked for, or has a reason',
    quick: false,
    async run({ installation, emulator }) {
      const { unasked, excused } = rightsNotAsked(installation, emulator.decisions());
      if (unasked.length > 0) {
        const list = unasked.map((right) => `${right.functionName}: ${right.action} on ${right.resource}`);
        throw new Error(
          `expected every right to be asked for, found these asked by nobody:\n${list.join('\n')}`,
        );
      }
      return `${excused.length} for a reason`;
    },
  },
  {
    name: 'removing the stack keeps the table',
    quick: false,
    async run({ installation }) {
      await installation.destroy();
      await isGone(installation);
      const status = await tableStatus(installation, installation.outputs['TableName'] ?? '');
      if (status !== 'ACTIVE') throw new Error(`expected the table to stay, found it ${status ?? 'gone'}`);
      return undefined;
    },
  },
];

async function logsAreClean(installation: Installation, expected: readonly ExpectedLine[]): Promise<void> {
  const lines = await unexpectedLines(installation, expected);
  if (lines.length === 0) return;
  const shown = lines.slice(0, 20).map(({ functionName, text }) => `${functionName}: ${text}`);
  throw new Error(`expected no such line in the logs, found ${lines.length}:\n${shown.join('\n')}`);
}

async function isGone({ emulator, stackName }: Installation): Promise<void> {
  const client = new CloudFormationClient(emulator.client);
  await until(`the stack ${stackName} to be gone`, async () => {
    try {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
      return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE';
    } catch (error) {
      // This is how CloudFormation says that the stack does not exist.
      if (error instanceof Error && error.name === 'ValidationError') return true;
      throw error;
    }
  });
}

async function tableStatus({ emulator }: Installation, TableName: string): Promise<string | undefined> {
  try {
    const { Table } = await new DynamoDBClient(emulator.client).send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
