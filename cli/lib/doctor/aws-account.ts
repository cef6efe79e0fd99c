import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** An installation's stack, as the doctor needs to know it. */
export interface InstalledStack {
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly resources: readonly StackResource[];
}

export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

export interface StackAlarm {
  /** As docs/operations.md calls it. */
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly actionsEnabled: boolean;
}

export interface LoggedError {
  readonly atMs: number;
  readonly text: string;
}

/** As many as one request of DescribeAlarms takes. */
const ALARMS_PER_REQUEST = 100;

const PACKAGES = [
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-cloudwatch',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-lambda',
];

/** What has to be installed before AWS can be asked: the package of the CLI leaves it out, since few need it. */
export function missingPackages(): string[] {
  return PACKAGES.filter((name) => {
    try {
      return import.meta.resolve(name) === '';
    } catch {
      // It throws where there is no such package.
      return true;
    }
  });
}

/** What the doctor asks of AWS. The SDK's clients are loaded when they are needed: no other command has to wait for them. */
export class AwsAccount {
  async stack(stackName: string): Promise<InstalledStack> {
    const { CloudFormationClient, DescribeStacksCommand, paginateListStackResources } = await import(
      '@aws-sdk/client-cloudformation'
    );
    const client = new CloudFormationClient({});
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const resources: StackResource[] = [];
    for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
      for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of page.StackResourceSummaries ??
        []) {
        resources.push({
          logicalId: LogicalResourceId ?? '',
          physicalId: PhysicalResourceId ?? '',
          type: ResourceType ?? '',
        });
      }
    }
    const [stack] = Stacks ?? [];
    return {
      status: stack?.StackStatus ?? 'unknown',
      outputs: new Map(
        (stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
      ),
      resources,
    };
  }

  async alarms({ resources }: InstalledStack): Promise<readonly StackAlarm[]> {
    const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
    const client = new CloudWatchClient({});
    const ids = new Map(
      resources
        .filter(({ type }) => type === 'AWS::CloudWatch::Alarm' || type === 'AWS::CloudWatch::CompositeAlarm')
        // A composite alarm's id is its ARN.
        .map(({ physicalId, logicalId }) => [physicalId.replace(/^arn:.*:alarm:/, ''), alarmId(logicalId)]),
    );
    const names = [...ids.keys()];
    const found: StackAlarm[] = [];
    for (let start = 0; start < names.length; start += ALARMS_PER_REQUEST) {
      const answer = await client.send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(start, start + ALARMS_PER_REQUEST),
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: ALARMS_PER_REQUEST,
        }),
      );
      const described: readonly Pick<
        MetricAlarm,
        'AlarmName' | 'StateValue' | 'StateReason' | 'ActionsEnabled'
      >[] = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
      for (const { AlarmName = '', StateValue, StateReason, ActionsEnabled } of described) {
        found.push({
          id: ids.get(AlarmName) ?? AlarmName,
          name: AlarmName,
          state: StateValue ?? 'unknown',
          reason: StateReason ?? '',
          actionsEnabled: ActionsEnabled !== false,
        });
      }
    }
    return found;
  }

  /** It goes back to its true state by itself, at its next evaluation. */
  async ring({ name }: StackAlarm, reason: string): Promise<void> {
    const { CloudWatchClient, SetAlarmStateCommand } = await import('@aws-sdk/client-cloudwatch');
    await new CloudWatchClient({}).send(
      new SetAlarmStateCommand({ AlarmName: name, StateValue: 'ALARM', StateReason: reason }),
    );
  }

  /** The newest since then; undefined when there is none. */
  async lastError(logGroupName: string, sinceMs: number): Promise<LoggedError | undefined> {
    const { CloudWatchLogsClient, paginateFilterLogEvents } = await import('@aws-sdk/client-cloudwatch-logs');
    const pages = paginateFilterLogEvents(
      { client: new CloudWatchLogsClient({}) },
      { logGroupName, startTime: sinceMs, filterPattern: '{ $.level = "ERROR" || $.level = "FATAL" }' },
    );
    let last: LoggedError | undefined;
    for await (const { events = [] } of pages) {
      for (const { timestamp = 0, message = '' } of events) {
        if (timestamp >= (last?.atMs ?? 0)) last = { atMs: timestamp, text: message.trim() };
      }
    }
    return last;
  }

  /** Executions at once that the account allows in this region. */
  async concurrencyQuota(): Promise<number> {
    const { LambdaClient, GetAccountSettingsCommand } = await import('@aws-sdk/client-lambda');
    const { AccountLimit } = await new LambdaClient({}).send(new GetAccountSettingsCommand({}));
    return AccountLimit?.ConcurrentExecutions ?? 0;
  }

  /** Whether Lambda takes messages for it: `Enabled`, when all is well. */
  async mappingState(id: string): Promise<string> {
    const { LambdaClient, GetEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
    const { State } = await new LambdaClient({}).send(new GetEventSourceMappingCommand({ UUID: id }));
    return State ?? 'unknown';
  }
}

/** Without the construct that it is in, and CDK's hash. */
function alarmId(logicalId: string): string {
  return logicalId.replace(/^Observability/, '').replace(/[0-9A-F]{8}$/, '');
}
