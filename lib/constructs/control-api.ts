import { Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { SettingName } from '../../src/settings/names.ts';
import { API_TIMEOUT_SECONDS } from '../../src/settings/runtime.ts';
import { DELIVERIES_INDEX, PULLS_INDEX } from '../../src/settings/table.ts';
import { targetsText } from '../allowed-targets.ts';
import type { AdminToken } from './admin-token.ts';
import type { EventTable } from './event-table.ts';
import { type FrontDoor, MANAGEMENT_THROTTLE } from './front-door.ts';
import type { HerokuAddonSecret } from './heroku-addon-secret.ts';
import type { SecretKey } from './secret-key.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ControlApiProps extends FunctionDefaults {
  readonly table: EventTable;
  readonly key: SecretKey;
  /** Absent if the installation is not a Heroku add-on. */
  readonly herokuAddon: HerokuAddonSecret | undefined;
  readonly adminToken: AdminToken;
  readonly deliveries: WorkQueue;
  readonly ordered: WorkQueue;
  readonly polls: WorkQueue;
  readonly frontDoor: FrontDoor;
  readonly publishBaseUrl: string;
  /** The other functions, whose logs the API reads. */
  readonly functions: readonly ServiceFunction[];
}

/** The paths that Heroku calls on an add-on. */
const HEROKU_PATHS = ['/heroku/resources', '/heroku/resources/{proxy+}', '/heroku/sso'];

/** The management API. */
export class ControlApi extends Construct {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: ControlApiProps) {
    super(scope, id);
    const { table, key, adminToken, herokuAddon, deliveries, ordered, polls, frontDoor, bundle, settings } =
      props;
    this.function = new ServiceFunction(this, 'Api', {
      bundle,
      settings,
      name: 'api',
      description: 'Answers the management API',
      timeoutSeconds: API_TIMEOUT_SECONDS,
      environment: {
        TABLE_NAME: table.name,
        DELIVERY_QUEUE_URL: deliveries.queue.queueUrl,
        ORDERED_QUEUE_URL: ordered.queue.queueUrl,
        DELIVERY_DEAD_LETTER_QUEUE_URL: deliveries.deadLetters.queueUrl,
        ORDERED_DEAD_LETTER_QUEUE_URL: ordered.deadLetters.queueUrl,
        POLL_QUEUE_URL: polls.queue.queueUrl,
        POLL_DEAD_LETTER_QUEUE_URL: polls.deadLetters.queueUrl,
        KMS_KEY_ID: key.arn,
        ...(herokuAddon !== undefined && { HEROKU_ADDON_SECRET_ARN: herokuAddon.secretArn }),
        ADMIN_TOKEN_SECRET_ARN: adminToken.secretArn,
        PUBLIC_API_URL: frontDoor.url,
        PUBLISH_BASE_URL: props.publishBaseUrl,
        ...(settings.webhookPorts !== undefined && { WEBHOOK_PORTS: settings.webhookPorts }),
        ...(settings.allowedTargets.length > 0 && { ALLOWED_TARGETS: targetsText(settings.allowedTargets) }),
        ...(settings.consoleHidesPayloads && { CONSOLE_HIDES_PAYLOADS: 'true' }),
        ...(settings.salesforceClientId !== undefined && {
          SALESFORCE_CLIENT_ID: settings.salesforceClientId,
        }),
        ...(settings.salesforceLoginUrl !== undefined && {
          SALESFORCE_LOGIN_URL: settings.salesforceLoginUrl,
        }),
      },
    });
    table.allow(
      this.function,
      ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
      [DELIVERIES_INDEX, PULLS_INDEX],
    );
    key.allow(this.function, ['Encrypt', 'Decrypt']);
    herokuAddon?.allowRead(this.function);
    adminToken.allowRead(this.function);
    deliveries.allowRedrive(this.function);
    ordered.allowRedrive(this.function);
    polls.allowRedrive(this.function);
    this.#allowReadLogs([...props.functions, this.function]);
    frontDoor.route('/v1/{proxy+}', this.function, MANAGEMENT_THROTTLE);
    // Not all of /heroku, because the remaining paths belong to publications.
    for (const path of herokuAddon === undefined ? [] : HEROKU_PATHS) {
      frontDoor.route(path, this.function, MANAGEMENT_THROTTLE);
    }
    frontDoor.route('/console/{proxy+}', this.function, MANAGEMENT_THROTTLE);
    // The address that people type. Publishing to an older publication of that name uses another method.
    frontDoor.route('/console', this.function, MANAGEMENT_THROTTLE, HttpMethod.GET);
  }

  /** `events:logs` and the history of deliveries read the functions' own log groups, and no others of the account. */
  #allowReadLogs(functions: readonly ServiceFunction[]): void {
    const groups = functions.map(({ name, logGroup }) => `${name}=${logGroup.logGroupName}`);
    this.function.lambda.addEnvironment('LOG_GROUPS' satisfies SettingName, groups.join(','));
    const arns = functions.map(({ logGroup }) => logGroup.logGroupArn);
    this.function.allow(['logs:FilterLogEvents', 'logs:StartQuery'], arns);
    // These actions name a query by its id, which only its starter knows, and IAM has no resource for them.
    this.function.allow(['logs:GetQueryResults', 'logs:StopQuery'], ['*']);
    Validations.of(this.function).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'GetQueryResults and StopQuery take the id of a query: IAM knows no resource for them',
    });
  }
}
