import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from '../bundle.ts';
import type { ObservedParts } from './metric-sources.ts';
import { queryText } from './queries.ts';

/** The dashboard's field replaces this in every query; no app has this id. */
const APP = '00000000-0000-4000-8000-000000000000';

interface Widget {
  readonly title: string;
  readonly functions: readonly FunctionName[];
  readonly view: cloudwatch.LogQueryVisualizationType;
  readonly lines: readonly string[];
}

const ATTEMPTS = `filter appId = "${APP}" and code = "DELIVERY_ATTEMPTED"`;
const { LINE, STACKEDAREA, TABLE } = cloudwatch.LogQueryVisualizationType;

/** From left to right, in the direction of the app's events. */
const WIDGETS: readonly (readonly Widget[])[] = [
  [
    {
      title: 'What do its filters drop?',
      functions: ['ingest', 'pubsub-poller', 'schedule', 'deliver'],
      view: LINE,
      lines: [
        `filter appId = "${APP}" and code = "EVENTS_DROPPED"`,
        'stats sum(count) as dropped by bin(5m)',
      ],
    },
    {
      title: 'Do its events arrive?',
      functions: ['deliver'],
      view: STACKEDAREA,
      lines: [
        ATTEMPTS,
        'fields strcontains(outcome, "delivered") as arrived',
        'stats sum(arrived) as delivered, sum(1 - arrived) as failed by bin(5m)',
      ],
    },
    {
      title: 'How soon do its receivers answer (ms)?',
      functions: ['deliver'],
      view: LINE,
      lines: [ATTEMPTS, 'stats pct(durationMs, 50) as p50, pct(durationMs, 99) as p99 by bin(5m)'],
    },
  ],
  [
    {
      title: 'Which of its publications fail, and why?',
      functions: ['deliver'],
      view: TABLE,
      lines: [
        `${ATTEMPTS} and outcome != "delivered"`,
        'stats count(*) as attempts, max(@timestamp) as latest by publication, outcome, errorId, status',
        'sort attempts desc',
      ],
    },
    {
      title: 'Which of its publications gets how much?',
      functions: ['deliver'],
      view: TABLE,
      lines: [
        ATTEMPTS,
        'stats count(*) as attempts, pct(durationMs, 99) as p99 by publication',
        'sort attempts desc',
      ],
    },
    {
      title: 'What else was said of it?',
      functions: ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'],
      view: TABLE,
      lines: [
        'fields @timestamp, service, level, code, publication, feedId, error',
        `filter appId = "${APP}" and level in ["WARN", "ERROR"]`,
        'sort @timestamp desc',
        'limit 50',
      ],
    },
  ],
];

/**
 * Shows one app at a time, by the entered id. No metric has the app as a dimension, because each app would be charged
 * as a separate metric. Instead, the log, which is already paid for, is searched when somebody looks.
 */
export function makeAppDashboard(scope: Construct, { functions }: ObservedParts): void {
  const dashboard = new cloudwatch.Dashboard(scope, 'AppDashboard', {
    defaultInterval: Duration.hours(3),
    variables: [
      new cloudwatch.DashboardVariable({
        id: 'app',
        type: cloudwatch.VariableType.PATTERN,
        label: 'App (its id, as sluice apps:info shows it)',
        inputType: cloudwatch.VariableInputType.INPUT,
        value: APP,
        defaultValue: cloudwatch.DefaultValue.value(APP),
        visible: true,
      }),
    ],
  });
  for (const row of WIDGETS) {
    dashboard.addWidgets(
      ...row.map(
        (widget) =>
          new cloudwatch.LogQueryWidget({
            title: widget.title,
            view: widget.view,
            logGroupNames: widget.functions.map((name) => functions[name].logGroup.logGroupName),
            queryString: queryText(widget),
            width: 8,
            height: 6,
          }),
      ),
    );
  }
}
