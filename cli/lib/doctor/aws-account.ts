import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** The parts of an installation's stack that the doctor checks. */
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
  /** The alarm's name in docs/operations.md. */
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

/** The limit of one DescribeAlarms request. */
const ALARMS_PER_REQUEST = 100;

const PACKAGES = [
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-cloudwatch',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-lambda',
];

/** The AWS packages that are not installed. The CLI's package leaves them out, because few people need them. */
export function missingPackages(): string[] {
  return PACKAGES.filter((name) => {
    try {
      return import.meta.resolve(name) === '';
    } catch {
      // It throws when the package does not exist.
      return true;
    }
  });
}

/** The doctor's requests to AWS. The SDK's clients load on demand, so that no other command has to wait for them. */
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

  /** Sets the alarm off. It returns to its true state by itself, at its next evaluation. */
  async ring({ name }: StackAlarm, reason: string): Promise<void> {
    const { CloudWatchClient, SetAlarmStateCommand } = await import('@aws-sdk/client-cloudwatch');
    await new CloudWatchClient({}).send(
      new SetAlarmStateCommand({ AlarmName: name, StateValue: 'ALARM', StateReason: reason }),
    );
  }

  /** The newest error since then; undefined when there is none. */
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

  /** The concurrent executions that the account allows in this region. */
  async concurrencyQuota(): Promise<number> {
    const { LambdaClient, GetAccountSettingsCommand } = await import('@aws-sdk/client-lambda');
    const { AccountLimit } = await new LambdaClient({}).send(new GetAccountSettingsCommand({}));
    return AccountLimit?.ConcurrentExecutions ?? 0;
  }

  /** The state of an event source mapping: `Enabled` when Lambda polls the queue. */
  async mappingState(id: string): Promise<string> {
    const { LambdaClient, GetEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
    const { State } = await new LambdaClient({}).send(new GetEventSourceMappingCommand({ UUID: id }));
    return State ?? 'unknown';
  }
}

/** The alarm's id without its construct and without CDK's hash. */
function alarmId(logicalId: string): string {
  return logicalId.replace(/^Observability/, '').replace(/[0-9A-F]{8}$/, '');
}
