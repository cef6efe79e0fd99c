import { DELIVERY_CONSUMER, ORDERED_CONSUMER, POLL_CONSUMER } from '../../../src/settings/runtime.ts';
import type { AwsAccount, InstalledStack, LoggedError, StackAlarm } from './aws-account.ts';
import { type Check, guarded, ok, problem } from './check.ts';

const HOUR_MS = 3_600_000;
const STEADY = /^(CREATE|UPDATE)_COMPLETE$/;
/** Concurrent executions beside those of the mappings: some publishes and API requests, and the schedule. */
const OTHER_EXECUTIONS = 10;
const EXECUTIONS_WANTED =
  DELIVERY_CONSUMER.maximumConcurrency +
  ORDERED_CONSUMER.maximumConcurrency +
  POLL_CONSUMER.maximumConcurrency +
  OTHER_EXECUTIONS;
const GUIDE = 'docs/operations.md has a section of that name.';

/** Checks the parts of an installation that only AWS can report on. */
export async function awsChecks(
  account: AwsAccount,
  stack: InstalledStack,
  cliVersion: string,
): Promise<readonly Check[]> {
  const parts = await Promise.all([
    guarded('alarms', 'The credentials need cloudwatch:DescribeAlarms.', async () =>
      alarmChecks(await account.alarms(stack)),
    ),
    logChecks(account, stack),
    mappingChecks(account, stack),
    guarded('concurrency', 'The credentials need lambda:GetAccountSettings.', async () => [
      concurrencyCheck(await account.concurrencyQuota()),
    ]),
  ]);
  return [stackCheck(stack), versionCheck(stack, cliVersion), ...parts.flat()];
}

function stackCheck({ status }: InstalledStack): Check {
  return STEADY.test(status)
    ? ok('stack', status)
    : problem('stack', status, 'See the events of the stack in CloudFormation; deploy it again.');
}

function versionCheck({ outputs }: InstalledStack, cliVersion: string): Check {
  const deployed = outputs.get('Version') ?? 'one before it said so';
  return deployed === cliVersion
    ? ok('version', `${deployed}, as this command's`)
    : problem(
        'version',
        `${deployed} is deployed, and this command is of ${cliVersion}`,
        'Deploy, or use the command of that version.',
      );
}

function alarmChecks(alarms: readonly StackAlarm[]): readonly Check[] {
  const faults = alarms.flatMap((alarm) => alarmFault(alarm) ?? []);
  return faults.length > 0 ? faults : [ok('alarms', `${alarms.length} are as they should be`)];
}

function alarmFault({ id, state, reason, actionsEnabled }: StackAlarm): Check | undefined {
  const name = `alarm ${id}`;
  if (id === 'ClockHasRun') {
    // For this alarm, ALARM is the good state: without it, ClockStopped cannot go off.
    return state === 'ALARM'
      ? undefined
      : problem(
          'clock',
          'functions/schedule has not run five times in a row yet',
          'Within the first minutes of an installation, wait. Later: see ClockStopped in docs/operations.md.',
        );
  }
  if (!actionsEnabled)
    return problem(name, 'tells nobody: its actions are disabled', 'Enable its actions, or deploy.');
  return state === 'ALARM' ? problem(name, reason, GUIDE) : undefined;
}

async function logChecks(account: AwsAccount, { resources }: InstalledStack): Promise<readonly Check[]> {
  const groups = resources.filter(
    ({ type, logicalId }) => type === 'AWS::Logs::LogGroup' && functionOf(logicalId) !== undefined,
  );
  const checks = await Promise.all(
    groups.map(({ logicalId, physicalId }) => {
      const name = `log of functions/${functionOf(logicalId)}`;
      return guarded(name, 'The credentials need logs:FilterLogEvents.', async () => {
        const error = await account.lastError(physicalId, Date.now() - HOUR_MS);
        return [
          error === undefined
            ? ok(name, 'no error in the last hour')
            : problem(
                name,
                describe(error),
                `Look for it in ${physicalId}; "The log" in docs/operations.md says how.`,
              ),
        ];
      });
    }),
  );
  return checks.flat();
}

/** The name of each function, by the construct that contains its log group. */
const FUNCTIONS: readonly (readonly [RegExp, string])[] = [
  [/Ingest/, 'ingest'],
  [/PubsubPoller/, 'pubsub-poller'],
  [/Deliver/, 'deliver'],
  [/Schedule/, 'schedule'],
  [/ControlApi/, 'api'],
];

function functionOf(logicalId: string): string | undefined {
  return FUNCTIONS.find(([pattern]) => pattern.test(logicalId))?.[1];
}

const LOG_LINE_SHOWN = 300;

function describe({ atMs, text }: LoggedError): string {
  return `${new Date(atMs).toISOString()} ${text.slice(0, LOG_LINE_SHOWN)}`;
}

async function mappingChecks(account: AwsAccount, { resources }: InstalledStack): Promise<readonly Check[]> {
  const mappings = resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
  const checks = await Promise.all(
    mappings.map(({ logicalId, physicalId }) => {
      const kind = logicalId.includes('OrderedMapping') ? 'FIFO queue' : 'queue';
      const name = `${kind} of functions/${functionOf(logicalId) ?? logicalId}`;
      return guarded(name, 'The credentials need lambda:GetEventSourceMapping.', async () => {
        const state = await account.mappingState(physicalId);
        return [
          state === 'Enabled'
            ? ok(name, 'is read')
            : problem(
                name,
                `its event source mapping is ${state}`,
                `aws lambda update-event-source-mapping --uuid ${physicalId} --enabled`,
              ),
        ];
      });
    }),
  );
  return checks.flat();
}

function concurrencyCheck(quota: number): Check {
  const found = `the account allows ${quota} executions at once, and the installation may want ${EXECUTIONS_WANTED}`;
  return quota >= EXECUTIONS_WANTED
    ? ok('concurrency', found)
    : problem('concurrency', found, 'Ask AWS for more (Service Quotas, Lambda, concurrent executions).');
}
