import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The JSON of each command that has --json: a schema of test/cli/schemas, alone or as a list. */
export const JSON_OUTPUTS: Readonly<Record<string, { readonly schema: string; readonly list: boolean }>> = {
  apply: { schema: 'setup-plan', list: false },
  apps: { schema: 'app', list: true },
  'apps:create': { schema: 'created-app', list: false },
  'apps:info': { schema: 'app', list: false },
  config: { schema: 'config', list: false },
  console: { schema: 'console-link', list: false },
  doctor: { schema: 'check', list: true },
  credentials: { schema: 'credential', list: true },
  'credentials:rotate': { schema: 'created-credential', list: false },
  tokens: { schema: 'token', list: true },
  'tokens:create': { schema: 'created-token', list: false },
  'events:addon': { schema: 'addon', list: false },
  'events:addon:rotate': { schema: 'addon-rotation', list: false },
  'events:authorizations': { schema: 'authorization', list: true },
  'events:authorizations:info': { schema: 'authorization', list: false },
  'events:authorizations:salesforce:create': { schema: 'authorization', list: false },
  'events:authorizations:salesforce:update': { schema: 'authorization', list: false },
  'events:console': { schema: 'console-link', list: false },
  'events:dead-letters': { schema: 'dead-letter', list: true },
  'events:dead-letters:info': { schema: 'dead-letter-info', list: false },
  'events:deliveries': { schema: 'delivery', list: true },
  'events:deliveries:info': { schema: 'delivery-info', list: false },
  'events:history': { schema: 'history-entry', list: true },
  'events:listen': { schema: 'listener', list: false },
  'events:listeners': { schema: 'listener', list: true },
  'events:logs': { schema: 'log-line', list: true },
  'events:trace': { schema: 'trace', list: false },
  'events:filters:test': { schema: 'backtest', list: true },
  'events:streams:drops': { schema: 'drop-count', list: true },
  'events:erase': { schema: 'erase', list: false },
  'events:generate': { schema: 'subscription', list: false },
  'events:publications': { schema: 'publication', list: true },
  'events:publications:info': { schema: 'publication', list: false },
  'events:publications:datacloud:create': { schema: 'publication', list: false },
  'events:publications:eventbridge:create': { schema: 'publication', list: false },
  'events:publications:kinesis:create': { schema: 'publication', list: false },
  'events:publications:s3:create': { schema: 'publication', list: false },
  'events:publications:sqs:create': { schema: 'publication', list: false },
  'events:publications:pull:create': { schema: 'publication', list: false },
  'events:publications:rotate-secret': { schema: 'created-webhook', list: false },
  'events:publications:salesforce:create': { schema: 'publication', list: false },
  'events:publications:webhook:create': { schema: 'created-webhook', list: false },
  'events:quarantine': { schema: 'quarantine', list: true },
  'events:quarantine:info': { schema: 'quarantine-info', list: false },
  'events:redrives': { schema: 'redrive', list: true },
  'events:redrives:info': { schema: 'redrive', list: false },
  'events:types': { schema: 'topic-schema', list: true },
  'events:status': { schema: 'status', list: false },
  'events:streams': { schema: 'stream', list: true },
  'events:streams:create': { schema: 'stream', list: false },
  'events:subscriptions': { schema: 'subscription', list: true },
  'events:subscriptions:info': { schema: 'subscription', list: false },
  'events:subscriptions:rotate-url': { schema: 'subscription', list: false },
  'events:subscriptions:rewind': { schema: 'subscription', list: false },
  'events:subscriptions:salesforce:create': { schema: 'subscription', list: false },
  'events:subscriptions:sluice:create': { schema: 'subscription', list: false },
  'events:subscriptions:webhook:create': { schema: 'subscription', list: false },
  import: { schema: 'setup-plan', list: false },
};

/** What is wrong with a command's JSON output; empty if it is as promised. */
export function jsonOutputFaults(commandId: string, output: string): string[] {
  const promised = JSON_OUTPUTS[commandId];
  if (promised === undefined) return [`no schema is promised for ${commandId}`];
  const file = new URL(`schemas/${promised.schema}.json`, import.meta.url);
  const schema: object = JSON.parse(readFileSync(file, 'utf8'));
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
    promised.list ? { type: 'array', items: schema } : schema,
  );
  if (validate(JSON.parse(output))) return [];
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath || '/'} ${error.message ?? 'is wrong'}`,
  );
}
