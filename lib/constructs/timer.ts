import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { SCHEDULE_INTERVAL_MS, SCHEDULE_TIMEOUT_SECONDS } from '../../src/settings/runtime.ts';
import { DELIVERIES_INDEX, DUE_INDEX } from '../../src/settings/table.ts';
import type { EventTable } from './event-table.ts';
import type { HerokuAddonSecret } from './heroku-addon-secret.ts';
import type { SecretKey } from './secret-key.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface TimerProps extends FunctionDefaults {
  readonly table: EventTable;
  readonly key: SecretKey;
  /** Absent if the installation is not a Heroku add-on. */
  readonly herokuAddon: HerokuAddonSecret | undefined;
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
  readonly polls: WorkQueue;
}

/** The work that is done once a minute, with or without traffic. */
export class Timer extends Construct {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: TimerProps) {
    super(scope, id);
    const { table, key, herokuAddon, deliveries, ordered, polls, bundle, settings } = props;
    const interval = Duration.millis(SCHEDULE_INTERVAL_MS);
    this.function = new ServiceFunction(this, 'Schedule', {
      bundle,
      settings,
      name: 'schedule',
      description: 'Every minute: retries that are due, generators, feeds without a worker, renewals',
      timeoutSeconds: SCHEDULE_TIMEOUT_SECONDS,
      environment: {
        TABLE_NAME: table.name,
        DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
        ORDERED_QUEUE_URL: ordered.queue.queueUrl,
        POLL_QUEUE_URL: polls.queue.queueUrl,
        KMS_KEY_ID: key.arn,
        ...(herokuAddon !== undefined && { HEROKU_ADDON_SECRET_ARN: herokuAddon.secretArn }),
        ...(settings.herokuLogSamples !== undefined && { HEROKU_LOG_SAMPLES: settings.herokuLogSamples }),
      },
    });
    table.allow(
      this.function,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
      [DUE_INDEX, DELIVERIES_INDEX],
    );
    key.allow(this.function, ['Encrypt', 'Decrypt']);
    herokuAddon?.allowRead(this.function);
    deliveries.allowSend(this.function);
    ordered.allowSend(this.function);
    polls.allowSend(this.function);

    // A failed minute is not retried: the next one catches up.
    this.function.lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: interval });
    new events.Rule(this, 'EveryMinute', {
      description: `The clock of ${settings.stackName}`,
      schedule: events.Schedule.rate(interval),
      targets: [
        new targets.LambdaFunction(this.function.lambda, { retryAttempts: 0, maxEventAge: interval }),
      ],
    });
  }
}
