import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import {
  type AlarmDefinition,
  alarmDefinitions,
  CLOCK_STOPPED,
  clockParts,
  type Severity,
} from './alarms.ts';
import { makeAppDashboard } from './app-dashboard.ts';
import { makeDashboard } from './dashboard.ts';
import { MetricSources, type ObservedParts } from './metric-sources.ts';
import { saveQueries } from './queries.ts';

/** The operator's dashboards, questions and alarms. Everything here reads metrics and logs; nothing depends on it. */
export class Observability extends Construct {
  readonly topics: { readonly [S in Severity]: sns.Topic };

  constructor(scope: Construct, id: string, parts: ObservedParts) {
    super(scope, id);
    const { stackName, alarmEmail, wakeEmail } = parts.settings;
    this.topics = {
      wake: this.#topic('Wake', `${stackName}: now`, wakeEmail ?? alarmEmail),
      tomorrow: this.#topic('Tomorrow', `${stackName}: tomorrow`, alarmEmail),
    };
    const from = new MetricSources(parts);
    const alarms = alarmDefinitions(from).map((definition) => this.#alarm(definition));
    makeDashboard(this, from, stackName, [this.#clockStopped(from), ...alarms]);
    if (parts.settings.appDashboard) makeAppDashboard(this, parts);
    saveQueries(this, parts);
  }

  #topic(id: string, displayName: string, email: string | undefined): sns.Topic {
    const topic = new sns.Topic(this, id, { displayName, enforceSSL: true });
    // A topic with its own policy loses the default one, which lets the account's alarms publish to it.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #alarm(definition: AlarmDefinition): cloudwatch.Alarm {
    return this.#tell(this.#makeAlarm(definition.id, definition, descriptionOf(definition)), definition);
  }

  #makeAlarm(
    id: string,
    {
      metric,
      comparison,
      threshold,
      datapoints,
      ofPeriods,
      missing,
    }: Omit<AlarmDefinition, 'id' | 'severity' | 'why' | 'whatToDo'>,
    alarmDescription: string,
  ): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      comparisonOperator: comparison,
      evaluationPeriods: ofPeriods,
      datapointsToAlarm: datapoints,
      treatMissingData: missing,
    });
  }

  #clockStopped(from: MetricSources): cloudwatch.CompositeAlarm {
    const { silent, hasRun } = clockParts(from);
    const isSilent = this.#makeAlarm('ClockSilent', silent, silent.why);
    const wasRunning = this.#makeAlarm('ClockHasRun', hasRun, hasRun.why);
    const stopped = new cloudwatch.CompositeAlarm(this, CLOCK_STOPPED.id, {
      alarmDescription: descriptionOf(CLOCK_STOPPED),
      alarmRule: cloudwatch.AlarmRule.allOf(
        cloudwatch.AlarmRule.fromAlarm(isSilent, cloudwatch.AlarmState.ALARM),
        cloudwatch.AlarmRule.fromAlarm(wasRunning, cloudwatch.AlarmState.ALARM),
      ),
    });
    const { defaultChild } = stopped.node;
    // CDK would name a composite alarm itself; without a name CloudFormation generates one, as it does for every other
    // resource.
    if (defaultChild instanceof cloudwatch.CfnCompositeAlarm) {
      defaultChild.addPropertyDeletionOverride('AlarmName');
    }
    return this.#tell(stopped, CLOCK_STOPPED);
  }

  /** Also notifies when the alarm ends: whoever was woken wants to know. */
  #tell<A extends cloudwatch.AlarmBase>(alarm: A, { severity }: Pick<AlarmDefinition, 'severity'>): A {
    const action = new SnsAction(this.topics[severity]);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

function descriptionOf({ id, why, whatToDo }: Pick<AlarmDefinition, 'id' | 'why' | 'whatToDo'>): string {
  return `${id}: ${why} ${whatToDo} See docs/operations.md.`;
}
