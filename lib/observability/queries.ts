import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../bundle.ts';
import type { ObservedParts } from './metric-sources.ts';

/** A question to the functions' logs, in the language of CloudWatch Logs Insights. */
export interface LogQuestion {
  /** The title in the console's list. */
  readonly title: string;
  readonly functions: readonly FunctionName[];
  readonly lines: readonly string[];
}

const EVERY: readonly FunctionName[] = ['ingest', 'deliver', 'pubsub-poller', 'schedule', 'api'];
/** The functions that apply filters. */
const ROUTING: readonly FunctionName[] = ['ingest', 'pubsub-poller', 'schedule', 'deliver'];
const NEWEST_FIRST = 'sort @timestamp desc';

/** Placeholders that a person replaces: the console has no input fields in a saved query. */
export const PUT_IN = { event: 'EVENT-ID', app: 'APP-ID' } as const;

/** In the order in which an operator asks them at three in the morning. */
export const LOG_QUESTIONS: readonly LogQuestion[] = [
  {
    title: '1 What fails now?',
    functions: EVERY,
    lines: [
      'fields @timestamp, service, level, code, error, task, feedId, publication, @message',
      'filter level in ["ERROR", "WARN"] or ispresent(errorType)',
      NEWEST_FIRST,
    ],
  },
  {
    title: '2 Which publications fail, and why?',
    functions: ['deliver'],
    lines: [
      'filter code = "DELIVERY_ATTEMPTED" and outcome != "delivered"',
      'stats count(*) as attempts, max(@timestamp) as latest by appId, publication, outcome, errorId, status',
      'sort attempts desc',
    ],
  },
  {
    title: '3 Which receivers are slow?',
    functions: ['deliver'],
    lines: [
      'filter code = "DELIVERY_ATTEMPTED"',
      'stats count(*) as attempts, pct(durationMs, 50) as p50, pct(durationMs, 99) as p99 by appId, publication',
      'sort p99 desc',
    ],
  },
  {
    title: '4 What became of one event?',
    functions: ROUTING,
    lines: [
      'fields @timestamp, code, publication, subscriptionId, outcome, attempt, status, errorId, durationMs, deliveryId',
      `filter eventId = "${PUT_IN.event}"`,
      'sort @timestamp asc',
    ],
  },
  {
    title: '5 What do filters drop?',
    functions: ROUTING,
    lines: [
      'filter code = "EVENTS_DROPPED"',
      'stats sum(count) as dropped by appId, subscriptionId, publication, bin(5m)',
      'sort dropped desc',
    ],
  },
  {
    title: '6 Which filters fail?',
    functions: ROUTING,
    lines: [
      'fields @timestamp, appId, subscriptionId, feedId, count',
      'filter code = "FILTER_FAILED"',
      NEWEST_FIRST,
    ],
  },
  {
    title: '7 What do feeds do?',
    functions: ['pubsub-poller', 'schedule'],
    lines: [
      'fields @timestamp, code, appId, feedId, topic, reason, error',
      'filter code like /^(FEED|AUTHORIZATION|ALLOCATION)_/',
      NEWEST_FIRST,
    ],
  },
  {
    title: '8 What does one app do?',
    functions: EVERY,
    lines: [
      'fields @timestamp, service, level, code, publication, outcome, errorId, eventId, @message',
      `filter appId = "${PUT_IN.app}"`,
      NEWEST_FIRST,
    ],
  },
  {
    title: '9 Which app makes the load?',
    functions: ['deliver'],
    lines: [
      'filter code = "DELIVERY_ATTEMPTED"',
      'stats count(*) as attempts, sum(durationMs) / 1000 as seconds by appId',
      'sort attempts desc',
    ],
  },
];

/** The query in the log's own language, one step per line. */
export function queryText({ lines }: Pick<LogQuestion, 'lines'>): string {
  return lines.join('\n| ');
}

/** Saved queries cost nothing until one runs. Their names contain the installation's: an account may hold several. */
export function saveQueries(scope: Construct, { settings, functions }: ObservedParts): void {
  for (const [index, question] of LOG_QUESTIONS.entries()) {
    new CfnQueryDefinition(scope, `Question${index + 1}`, {
      name: `${settings.stackName}/${question.title}`,
      queryString: queryText(question),
      logGroupNames: question.functions.map((name) => functions[name].logGroup.logGroupName),
    });
  }
}
