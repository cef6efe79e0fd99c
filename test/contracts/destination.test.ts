import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ListedTargets } from '../../src/adapters/allowed-targets.ts';
import { MemorySecretBox } from '../../src/adapters/memory/secret-box.ts';
import { makeMemoryStores } from '../../src/adapters/memory/stores.ts';
import { systemClock } from '../../src/base/clock.ts';
import { isJsonObject, parseJson, stringifyJson } from '../../src/base/json.ts';
import { newSigningSecret } from '../../src/base/signing-secret.ts';
import { unreachable } from '../../src/base/unreachable.ts';
import { NO_ANNOUNCEMENTS } from '../../src/domain/announcements/announcement.ts';
import { PUBLISH_VIAS } from '../../src/domain/authorizations/topic-directory.ts';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { DataCloudDestination } from '../../src/platforms/datacloud/ingest.ts';
import { eventBridgeDestination } from '../../src/platforms/eventbridge/destination.ts';
import { kinesisDestination } from '../../src/platforms/kinesis/destination.ts';
import { PullDestination } from '../../src/platforms/pull/destination.ts';
import { s3Destination } from '../../src/platforms/s3/destination.ts';
import { makeSalesforceDestination } from '../../src/platforms/salesforce/publish.ts';
import { sqsDestination } from '../../src/platforms/sqs/destination.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { WebhookDestination } from '../../src/platforms/webhook/destination.ts';
import { silentLog } from '../../src/telemetry/logger.ts';
import { silentMetrics } from '../../src/telemetry/metrics.ts';
import { FAR_SECRET_KEY, FarAws } from '../support/far-aws.ts';
import { listenOnLoopback, stopServer } from '../support/loopback-server.ts';
import {
  aDataCloudPublication,
  aKinesisPublication,
  anEventBridgePublication,
  anS3Publication,
  anSqsPublication,
  aPullPublication,
  aSalesforcePublication,
  aWebhook,
} from '../support/records.ts';
import { APP_ID, type Bench, startBench } from '../support/salesforce.ts';
import { type DestinationHarness, destinationContract } from './destination.contract.ts';

const TOPIC = '/event/Sluice_Demo__e';

const ran = new Set<Platform>();

function contractOf(platform: Platform, harness: () => DestinationHarness): void {
  ran.add(platform);
  destinationContract(harness);
}

describe('destination', () => {
  describe.each([
    ['one event a request', {}],
    ['batches', { contentMode: 'batch', batch: { eventsMax: 3, bytesMax: 100_000, waitMs: 0 } }],
  ] as const)('webhook, by %s', (_how, mode) => {
    let server: Server;
    let destination: WebhookDestination;
    let harness: DestinationHarness;
    beforeEach(async () => {
      const bodies: string[] = [];
      let refusing = false;
      server = createServer((request, response) => {
        void text(request).then((body) => {
          if (!refusing) bodies.push(body);
          response.writeHead(refusing ? 503 : 204).end();
        });
      });
      const url = `${await listenOnLoopback(server)}/hooks`;
      const secrets = new MemorySecretBox();
      destination = new WebhookDestination({
        secrets,
        clock: systemClock,
        addresses: { allowLoopback: true },
      });
      const [signingSecret, token] = [newSigningSecret(), 'a-bearer-token'];
      const webhook = aWebhook({ url });
      const context = { appId: webhook.appId, resourceId: webhook.id };
      const publication = {
        ...webhook,
        ...mode,
        secrets: {
          signingSecret: await secrets.encrypt(signingSecret, { ...context, secret: 'signingSecret' }),
          token: await secrets.encrypt(token, { ...context, secret: 'token' }),
        },
      };
      harness = {
        destination,
        send: (events) => destination.send(publication, events),
        taken: () =>
          bodies.flatMap((body) => {
            const parsed = parseJson(body);
            const events: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
            return events.map((event) => messageOf(memberOf(event, 'data')));
          }),
        farSide: {
          refuses: (refuses) => {
            refusing = refuses;
          },
          cutOff: () => stopServer(server),
        },
        secrets: [signingSecret, token],
      };
    });
    afterEach(async () => {
      await destination.close();
      await stopServer(server);
    });
    contractOf('webhook', () => harness);
  });

  describe.each(PUBLISH_VIAS)('salesforce, by %s', (via) => {
    let bench: Bench & AsyncDisposable;
    let harness: DestinationHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { clients, tokens, log, box, stores, org } = bench;
      await bench.authorize();
      const destination = makeSalesforceDestination({
        authorizations: stores.authorizations,
        allocations: stores.allocations,
        announcements: NO_ANNOUNCEMENTS,
        secrets: box,
        allowLoopback: true,
        clock: systemClock,
        log,
        tokens,
        clients,
      });
      const publication = aSalesforcePublication({
        appId: APP_ID,
        topic: TOPIC,
        authorizationId: bench.authorizationId,
        via,
      });
      const session = await tokens.session(APP_ID, bench.authorizationId);
      harness = {
        destination,
        send: (events) => destination.send(publication, events),
        taken: () => org.ledger(TOPIC).map(({ payload }) => messageOf(payload)),
        farSide: {
          refuses: (refuses) => {
            org.faults.publishedLimit = refuses ? 0 : 1_000;
          },
          cutOff: () => org.close(),
        },
        secrets: [
          org.credentials.clientSecret,
          ...(session.kind === 'session' ? [session.session.accessToken] : []),
        ],
      };
    });
    afterEach(() => bench[Symbol.asyncDispose]());
    contractOf('salesforce', () => harness);
  });

  describe('datacloud', () => {
    let bench: Bench & AsyncDisposable;
    let destination: DataCloudDestination;
    let harness: DestinationHarness;
    beforeEach(async () => {
      bench = await startBench();
      const { tokens, log, box, stores, org } = bench;
      await bench.authorize();
      destination = new DataCloudDestination({
        authorizations: stores.authorizations,
        rates: stores.rates,
        secrets: box,
        allowLoopback: true,
        clock: systemClock,
        log,
        tokens,
      });
      const publication = aDataCloudPublication({
        appId: APP_ID,
        authorizationId: bench.authorizationId,
        connector: 'Sluice_Events',
        object: 'event',
      });
      const session = await tokens.session(APP_ID, bench.authorizationId);
      harness = {
        destination,
        // No field of a connector can have the name Message__c.
        send: (events) =>
          destination.send(
            publication,
            events.map((event) => {
              const parsed = parseJson(event.eventJson);
              if (!isJsonObject(parsed)) throw new Error('expected an event');
              const data = { id: parsed['id'], type: 'test', data: messageOf(parsed['data']) };
              return { ...event, eventJson: stringifyJson({ ...parsed, data }) };
            }),
          ),
        taken: () =>
          org.dataCloud
            .ingested()
            .filter(({ problems }) => problems.length === 0)
            .map(({ record }) => record['data']),
        farSide: {
          refuses: (refuses) => {
            org.faults.nextDataCloudUnavailable = refuses ? 1_000 : 0;
          },
          cutOff: () => org.close(),
        },
        secrets: [
          org.credentials.clientSecret,
          ...(session.kind === 'session' ? [session.session.accessToken] : []),
        ],
      };
    });
    afterEach(async () => {
      await destination.close();
      await bench[Symbol.asyncDispose]();
    });
    contractOf('datacloud', () => harness);
  });

  describe('pull', () => {
    let harness: DestinationHarness;
    beforeEach(() => {
      const destination = new PullDestination({
        deliveries: makeMemoryStores().deliveries,
        clock: systemClock,
        log: silentLog,
        metrics: silentMetrics,
      });
      const publication = aPullPublication();
      const kept: unknown[] = [];
      harness = {
        destination,
        // `deliver` stores the event that the target holds.
        send: async (events) => {
          const outcomes = await destination.send(publication, events);
          kept.push(
            ...events
              .filter((_, index) => outcomes[index]?.kind === 'kept')
              .map(({ eventJson }) => eventJson),
          );
          return outcomes;
        },
        taken: () => kept.map((json) => messageOf(memberOf(parseJson(String(json)), 'data'))),
        outcome: 'kept',
        secrets: [],
      };
    });
    contractOf('pull', () => harness);
  });

  describe.each(['sqs', 'eventbridge', 'kinesis', 's3'] as const)('%s', (platform) => {
    let far: FarAws;
    let harness: DestinationHarness;
    beforeEach(async () => {
      far = await FarAws.start();
      for (const [name, value] of Object.entries(far.environment)) vi.stubEnv(name, value);
      harness = {
        ...awsTarget(platform, far),
        farSide: {
          refuses: (refuses) => {
            far.refusal = refuses ? () => ({ status: 503, code: 'ServiceUnavailable' }) : undefined;
          },
          cutOff: () => far.cutOff(),
        },
        secrets: [FAR_SECRET_KEY],
      };
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await far.stop();
    });
    contractOf(platform, () => harness);
  });
});

it('every platform runs the contract', () => {
  expect([...ran].toSorted()).toEqual(TARGETS.map(({ name }) => name).toSorted());
});

function awsTarget(
  platform: 'sqs' | 'eventbridge' | 'kinesis' | 's3',
  far: FarAws,
): Pick<DestinationHarness, 'destination' | 'send' | 'taken'> {
  const ports = { allowedTargets: new ListedTargets('any'), clock: systemClock };
  const messagesOf = (texts: readonly string[]) =>
    texts.map((text) => messageOf(memberOf(parseJson(text), 'data')));
  switch (platform) {
    case 'sqs': {
      const publication = anSqsPublication({ arn: far.makeQueue('orders') });
      const destination = sqsDestination(ports);
      return {
        destination,
        send: (events) => destination.send(publication, events),
        taken: () => messagesOf(far.messages('orders').map(({ body }) => body)),
      };
    }
    case 'eventbridge': {
      const publication = anEventBridgePublication({ arn: far.makeBus('orders') });
      const destination = eventBridgeDestination(ports);
      return {
        destination,
        send: (events) => destination.send(publication, events),
        taken: () => messagesOf((far.buses.get(publication.arn) ?? []).map(({ Detail }) => Detail)),
      };
    }
    case 'kinesis': {
      const publication = aKinesisPublication({ arn: far.makeStream('orders') });
      const destination = kinesisDestination(ports);
      return {
        destination,
        send: (events) => destination.send(publication, events),
        taken: () => messagesOf((far.streams.get(publication.arn) ?? []).map(({ text: json }) => json)),
      };
    }
    case 's3': {
      const publication = anS3Publication({ arn: `${far.makeBucket('lake')}/raw` });
      const destination = s3Destination(ports);
      return {
        destination,
        send: (events) => destination.send(publication, events),
        taken: async () =>
          messagesOf(
            [...(await far.objects('lake')).values()].flatMap((lines) => lines.trimEnd().split('\n')),
          ),
      };
    }
    default:
      return unreachable(platform);
  }
}

function messageOf(data: unknown): unknown {
  return memberOf(data, 'Message__c');
}

function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}
