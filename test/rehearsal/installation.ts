import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { MEMORY_MB } from '../../src/settings/runtime.ts';
import { ACCOUNT, type Emulator, REGION, ROOT } from './emulator.ts';
import { finished } from './processes.ts';
import { until } from './until.ts';

export type FunctionName = keyof typeof MEMORY_MB;
// biome-ignore lint/suspicious/noExplicitAny: answers of the API are what is looked into
export type Json = any;

/** The functions by the names that CDK gives them. */
const LOGICAL_IDS: { readonly [N in FunctionName]: RegExp } = {
  ingest: /^PublishIngest/,
  deliver: /^Deliverer/,
  'pubsub-poller': /^Poller/,
  schedule: /^TimerSchedule/,
  api: /^ControlApi/,
};
const NAMES = Object.keys(LOGICAL_IDS) as FunctionName[];
/**
 * Webhooks and orgs are on this machine, which production rightly refuses. This is the only difference from production.
 */
const REACH_OUT: readonly FunctionName[] = ['api', 'deliver', 'pubsub-poller', 'schedule'];

export interface LogLine {
  readonly functionName: FunctionName;
  readonly text: string;
  readonly atMs: number;
}

export interface DeployOptions {
  readonly stackName: string;
  /** A checkout other than this one. */
  readonly checkout?: string;
  readonly context?: { readonly [name: string]: string };
}

/** A stack on the emulator, which the CDK's own CLI deploys from the template and the bundles as they are. */
export class Installation {
  readonly emulator: Emulator;
  readonly stackName: string;
  readonly outputs: { readonly [name: string]: string };
  /** What CloudFormation created, by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly template: Json;
  readonly token: string;
  readonly #sqs: SQSClient;

  private constructor(
    emulator: Emulator,
    stackName: string,
    made: Pick<Installation, 'outputs' | 'physicalIds' | 'template' | 'token'>,
  ) {
    this.emulator = emulator;
    this.stackName = stackName;
    this.outputs = made.outputs;
    this.physicalIds = made.physicalIds;
    this.template = made.template;
    this.token = made.token;
    this.#sqs = new SQSClient({ ...emulator.client, md5: false });
  }

  /** Deploys the stack, or updates it. */
  static async deploy(emulator: Emulator, options: DeployOptions): Promise<Installation> {
    const { stackName, checkout = ROOT, context = {} } = options;
    const out = join(emulator.directory, `cdk-${stackName}-${checkout === ROOT ? 'now' : 'before'}`);
    const chosen = Object.entries({ ...context, stackName }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const cdk = join(checkout, 'node_modules/.bin/cdk');
    const { environment: env } = emulator;
    await finished(cdk, ['synth', '--quiet', '-o', out, ...chosen], { cwd: checkout, env });
    await finished(cdk, ['bootstrap', `aws://${ACCOUNT}/${REGION}`], { cwd: checkout, env });
    await finished(cdk, ['deploy', '--app', out, '--require-approval', 'never'], { cwd: checkout, env });

    const cloudformation = new CloudFormationClient(emulator.client);
    const { Stacks: [stack] = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    const outputs = Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
    const { StackResources = [] } = await cloudformation.send(
      new DescribeStackResourcesCommand({ StackName: stackName }),
    );
    const physicalIds = new Map(
      StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    );
    const template = JSON.parse(readFileSync(join(out, `${stackName}.template.json`), 'utf8'));
    const secrets = new SecretsManagerClient(emulator.client);
    const { SecretString: token = '' } = await secrets.send(
      new GetSecretValueCommand({ SecretId: outputs['AdminTokenSecretArn'] }),
    );
    const installation = new Installation(emulator, stackName, { outputs, physicalIds, template, token });
    await installation.#allowLoopback();
    return installation;
  }

  #allowLoopback(): Promise<void> {
    return this.setVariables(REACH_OUT, { ALLOW_LOOPBACK: 'true' });
  }

  /** Adds variables to the functions' environments: the addresses of what is simulated. */
  async setVariables(
    functions: readonly FunctionName[],
    variables: Readonly<Record<string, string>>,
  ): Promise<void> {
    const lambda = new LambdaClient(this.emulator.client);
    for (const name of functions) {
      const FunctionName = this.physicalId(LOGICAL_IDS[name], 'AWS::Lambda::Function');
      const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const Variables = { ...Environment?.Variables, ...variables };
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    }
  }

  physicalId(logicalId: RegExp, type: string): string {
    const id = this.logicalIds(logicalId, type)[0] ?? '';
    const found = this.physicalIds.get(id);
    if (found === undefined) throw new Error(`expected a resource ${logicalId} of type ${type} in the stack`);
    return found;
  }

  logicalIds(pattern: RegExp, type: string): readonly string[] {
    return Object.keys(this.template.Resources).filter(
      (id) => pattern.test(id) && this.template.Resources[id].Type === type,
    );
  }

  functionName(name: FunctionName): string {
    return this.physicalId(LOGICAL_IDS[name], 'AWS::Lambda::Function');
  }

  roleName(name: FunctionName): string {
    return this.physicalId(LOGICAL_IDS[name], 'AWS::IAM::Role');
  }

  /** The role's logical id, by which the template's policies name it. */
  roleId(name: FunctionName): string {
    return this.logicalIds(LOGICAL_IDS[name], 'AWS::IAM::Role')[0] ?? '';
  }

  /**
   * Where our CLI and this process reach the management API: Node does not resolve the name that the emulator gives it.
   */
  get apiUrl(): string {
    const id = /^https:\/\/([^.]+)\./.exec(this.outputs['ApiUrl'] ?? '')?.[1];
    return `${this.emulator.endpoint}/_aws/execute-api/${id}/$default`;
  }

  /** Calls the management API. Throws for an answer that is not a success. */
  async call(method: string, path: string, body?: object): Promise<Json> {
    const response = await fetch(`${this.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  /** Runs our own command line against this installation. */
  async sluice(...args: readonly string[]): Promise<string> {
    return finished(process.execPath, [join(ROOT, 'bin/run.js'), ...args], {
      env: { ...this.emulator.environment, SLUICE_API_URL: this.apiUrl, SLUICE_TOKEN: this.token },
    });
  }

  /** Sends any text to one of the queues. */
  async enqueue(queue: 'DeliveryQueueUrl' | 'OrderedQueueUrl' | 'PollQueueUrl', body: string): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#here(this.outputs[queue] ?? ''),
        MessageBody: body,
        MessageGroupId: 'rehearsal',
        ...(queue === 'OrderedQueueUrl' && { MessageDeduplicationId: body }),
      }),
    );
  }

  /** Stops Lambda from taking deliveries from their queue, or allows it again. */
  async holdDeliveries(held: boolean): Promise<void> {
    const lambda = new LambdaClient(this.emulator.client);
    const UUID = this.physicalId(/^DelivererDeliverMapping/, 'AWS::Lambda::EventSourceMapping');
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: !held }));
    await until('the mapping to follow', async () => {
      const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
      return State === (held ? 'Disabled' : 'Enabled');
    });
  }

  /** The path of a queue URL is the queue's name; the endpoint is ours. */
  #here(queueUrl: string): string {
    return `${this.emulator.endpoint}${new URL(queueUrl).pathname}`;
  }

  /** What the functions have logged since then, or since the start; oldest first. */
  async logs(
    options: { readonly sinceMs?: number; readonly of?: readonly FunctionName[] } = {},
  ): Promise<readonly LogLine[]> {
    const client = new CloudWatchLogsClient(this.emulator.client);
    const lines: LogLine[] = [];
    for (const functionName of options.of ?? NAMES) {
      const logGroupName = this.physicalId(LOGICAL_IDS[functionName], 'AWS::Logs::LogGroup');
      let nextToken: string | undefined;
      do {
        const page = await client.send(
          new FilterLogEventsCommand({ logGroupName, nextToken, startTime: options.sinceMs }),
        );
        for (const { message = '', timestamp = 0 } of page.events ?? []) {
          for (const text of message.split('\n').filter((line) => line.trim() !== '')) {
            lines.push({ functionName, text, atMs: timestamp });
          }
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
    }
    return lines.toSorted((one, other) => one.atMs - other.atMs);
  }

  /** Waits for a log line. */
  async logged(
    functionName: FunctionName,
    pattern: RegExp,
    options: { readonly sinceMs?: number; readonly withinMs?: number } = {},
  ): Promise<LogLine> {
    const { withinMs, ...since } = options;
    return until(
      `a line ${pattern} in the log of ${functionName}`,
      async () => (await this.logs({ ...since, of: [functionName] })).find(({ text }) => pattern.test(text)),
      withinMs === undefined ? {} : { withinMs },
    );
  }

  /** Removes the stack. */
  async destroy(context: { readonly [name: string]: string } = {}): Promise<void> {
    const chosen = Object.entries({ ...context, stackName: this.stackName }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    await finished(join(ROOT, 'node_modules/.bin/cdk'), ['destroy', '--force', ...chosen], {
      env: this.emulator.environment,
    });
  }
}
