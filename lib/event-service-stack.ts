import { readFileSync } from 'node:fs';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER } from '../src/settings/runtime.ts';
import type { Bundler } from './bundle.ts';
import { AdminToken } from './constructs/admin-token.ts';
import { ControlApi } from './constructs/control-api.ts';
import { Deliverer } from './constructs/deliverer.ts';
import { EventTable } from './constructs/event-table.ts';
import { FrontDoor } from './constructs/front-door.ts';
import { HerokuAddonSecret } from './constructs/heroku-addon-secret.ts';
import { IngestEndpoint } from './constructs/ingest-endpoint.ts';
import { Poller } from './constructs/poller.ts';
import { SecretKey } from './constructs/secret-key.ts';
import { Timer } from './constructs/timer.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { InstallSettings } from './install-settings.ts';
import { Observability } from './observability/observability.ts';

export interface EventServiceStackProps extends StackProps {
  readonly bundle: Bundler;
  readonly settings: InstallSettings;
}

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** One whole installation. No resource has a fixed name, so an account can hold several installations. */
export class EventServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: EventServiceStackProps) {
    const { bundle, settings, ...stackProps } = props;
    super(scope, id, { description: 'Sluice: an open event router for Salesforce', ...stackProps });
    const { stackName, throwAway } = settings;

    const table = new EventTable(this, 'Events', settings);
    const key = new SecretKey(this, 'Secrets', { stackName, throwAway });
    const adminToken = new AdminToken(this, 'AdminToken');
    const herokuAddon = settings.herokuAddon ? new HerokuAddonSecret(this, 'HerokuAddon') : undefined;
    const deliveries = new WorkQueue(this, 'Deliveries', { consumer: DELIVERY_CONSUMER });
    const ordered = new WorkQueue(this, 'Ordered', { consumer: ORDERED_CONSUMER, keepsOrder: true });
    const polls = new WorkQueue(this, 'Polls', { consumer: POLL_CONSUMER });
    const frontDoor = new FrontDoor(this, 'FrontDoor', { settings });

    const shared = { bundle, settings, table };
    const ingest = new IngestEndpoint(this, 'Publish', { ...shared, key, deliveries, ordered, frontDoor });
    const deliverer = new Deliverer(this, 'Deliverer', { ...shared, key, deliveries, ordered });
    const poller = new Poller(this, 'Poller', { ...shared, key, deliveries, ordered, polls });
    const timer = new Timer(this, 'Timer', { ...shared, key, herokuAddon, deliveries, ordered, polls });
    const { publishBaseUrl } = ingest;
    const api = new ControlApi(this, 'Control', {
      ...shared,
      key,
      adminToken,
      herokuAddon,
      deliveries,
      ordered,
      polls,
      frontDoor,
      publishBaseUrl,
      functions: [deliverer.function, poller.function, timer.function, ingest.function],
    });

    const { topics } = new Observability(this, 'Observability', {
      settings,
      functions: {
        ingest: ingest.function,
        deliver: deliverer.function,
        'pubsub-poller': poller.function,
        schedule: timer.function,
        api: api.function,
      },
      deliveries,
      ordered,
      polls,
    });

    this.#output('ApiUrl', frontDoor.url, 'Management API: SLUICE_API_URL');
    this.#output(
      'PublishBaseUrl',
      publishBaseUrl,
      'The start of every publish URL, without user and password',
    );
    this.#output(
      'AdminTokenSecretArn',
      adminToken.secretArn,
      'The secret that contains the first administration token',
    );
    if (herokuAddon !== undefined) {
      this.#output(
        'HerokuAddonSecretArn',
        herokuAddon.secretArn,
        'The secret that is to contain the Heroku add-on, as sluice addon:manifest writes it',
      );
    }
    this.#output('TableName', table.name, 'The table that holds everything that must outlive a queue');
    this.#output('KeyArn', key.arn, 'The key that encrypts the secrets in the table');
    this.#output('DeliveryQueueUrl', deliveries.queue.queueUrl, 'Deliveries on their way');
    this.#output(
      'DeliveryDeadLetterQueueUrl',
      deliveries.deadLetters.queueUrl,
      'Deliveries that their consumer could not settle',
    );
    this.#output(
      'DeliveryDeadLetterQueueArn',
      deliveries.deadLetters.queueArn,
      'ARN of the same queue, for policies and alarms',
    );
    this.#output('OrderedQueueUrl', ordered.queue.queueUrl, 'Deliveries of ordered streams on their way');
    this.#output(
      'OrderedDeadLetterQueueUrl',
      ordered.deadLetters.queueUrl,
      'Deliveries of ordered streams that their consumer could not settle',
    );
    this.#output(
      'OrderedDeadLetterQueueArn',
      ordered.deadLetters.queueArn,
      'ARN of the same queue, for policies and alarms',
    );
    this.#output('PollQueueUrl', polls.queue.queueUrl, 'Wakes feed workers');
    this.#output(
      'PollDeadLetterQueueUrl',
      polls.deadLetters.queueUrl,
      'Wake-up calls that their consumer could not process',
    );
    this.#output(
      'PollDeadLetterQueueArn',
      polls.deadLetters.queueArn,
      'ARN of the same queue, for policies and alarms',
    );
    this.#output('Version', version, 'The deployed version');
    this.#output('WakeTopicArn', topics.wake.topicArn, 'Alarms that need somebody at once');
    this.#output('TomorrowTopicArn', topics.tomorrow.topicArn, 'Alarms that can wait for working hours');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
