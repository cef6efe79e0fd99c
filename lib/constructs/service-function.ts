import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SettingName } from '../../src/settings/names.ts';
import { MEMORY_MB } from '../../src/settings/runtime.ts';
import type { Bundler, FunctionName } from '../bundle.ts';
import type { InstallSettings } from '../install-settings.ts';

export type FunctionEnvironment = { readonly [N in SettingName]?: string };

/** The settings that all functions of an installation share. */
export interface FunctionDefaults {
  readonly bundle: Bundler;
  readonly settings: InstallSettings;
}

export interface ServiceFunctionProps extends FunctionDefaults {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly environment: FunctionEnvironment;
  /** True for a function that sends messages to its own queue on purpose. */
  readonly feedsItself?: boolean;
}

/** A function with its own role and log group. It may write its log; everything else is granted explicitly. */
export class ServiceFunction extends Construct {
  readonly name: FunctionName;
  readonly lambda: lambda.Function;
  readonly logGroup: logs.LogGroup;
  readonly #role: iam.Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { name, settings } = props;
    this.name = name;
    this.logGroup = new logs.LogGroup(this, 'Log', {
      retention: settings.logRetentionDays,
      // Log entries expire, and keeping the group would only leave something to delete by hand.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The role is created here because the one that CDK would create carries a managed policy that may write to every log of
    // the account.
    this.#role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `What functions/${name} of ${settings.stackName} may do`,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    const reserved = settings.reservedConcurrency[name];
    this.lambda = new lambda.Function(this, 'Function', {
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundle(name)),
      handler: 'index.handler',
      role: this.#role,
      memorySize: MEMORY_MB[name],
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: {
        ...props.environment,
        ...(settings.retentionDays !== undefined && { RETENTION_DAYS: settings.retentionDays }),
        ...(settings.tracing === 'xray' && { TRACING: 'true' }),
        LOG_LEVEL: settings.logLevel,
        INSTALLATION: settings.stackName,
      } satisfies FunctionEnvironment,
      ...(settings.tracing === 'xray' && { tracing: lambda.Tracing.ACTIVE }),
      logGroup: this.logGroup,
      // Lambda's own three lines per invocation would be most of the log bill, and only JSON logging can leave them out.
      // Duration, errors and throttles are metrics anyway.
      loggingFormat: lambda.LoggingFormat.JSON,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      // Lambda drops lines below its own level. The function applies LOG_LEVEL itself, because metric lines count as INFO and
      // must be written at every level.
      applicationLogLevelV2: lambda.ApplicationLogLevel[settings.logLevel === 'DEBUG' ? 'DEBUG' : 'INFO'],
      // Lambda stops what it takes for a runaway loop after 16 rounds through a queue. Ours are intended: the retry policy ends
      // the retries, and a feed is handed over every 13 minutes for as long as it is wanted.
      recursiveLoop: props.feedsItself === true ? lambda.RecursiveLoop.ALLOW : lambda.RecursiveLoop.TERMINATE,
    });
    if (settings.tracing === 'xray') this.#acknowledgeTracing();
  }

  /** CDK grants the right to send traces together with the tracing itself. */
  #acknowledgeTracing(): void {
    Validations.of(this.#role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'PutTraceSegments and PutTelemetryRecords take no resource',
    });
  }

  allow(actions: readonly string[], resources: readonly string[], conditions?: iam.Conditions): void {
    this.#role.addToPolicy(
      new iam.PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  }
}
