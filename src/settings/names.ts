/**
 * Every environment variable that a function reads. The stack sets them, the functions' `config.ts` read them, and the
 * settings table in docs/operations is generated from the descriptions.
 */
export const SETTINGS = {
  TABLE_NAME: 'DynamoDB table that holds everything',
  DELIVERY_QUEUE_URL: 'SQS queue of deliveries',
  DELIVERY_DEAD_LETTER_QUEUE_URL: 'SQS queue of deliveries that their consumer could not end',
  ORDERED_QUEUE_URL: 'SQS FIFO queue of deliveries of ordered streams',
  ORDERED_DEAD_LETTER_QUEUE_URL: 'SQS FIFO queue of those that their consumer could not end',
  POLL_QUEUE_URL: 'SQS queue that wakes feed workers',
  POLL_DEAD_LETTER_QUEUE_URL: 'SQS queue of wake-up calls that their consumer could not end',
  KMS_KEY_ID: 'KMS key for secrets; absent on a laptop, where LOCAL_KEY_FILE takes its place',
  LOCAL_KEY_FILE: 'file with a local 256-bit key, base64, mode 0600; only without KMS_KEY_ID',
  ADMIN_TOKEN_SECRET_ARN: 'Secrets Manager secret with the first administration token',
  PUBLIC_API_URL:
    'where the management API is reached from outside, e.g. https://abc.execute-api.eu-central-1.amazonaws.com',
  PUBLISH_BASE_URL: 'where the publish URL points to, without user and password',
  PUBLISH_ALLOWED_ORIGINS:
    'who may publish after the OPTIONS handshake of CloudEvents web hooks: DNS names, separated by commas, or *; absent: nobody is answered',
  ALLOW_LOOPBACK: '"true" lets webhooks and orgs be on loopback addresses: for a laptop only',
  WEBHOOK_PORTS:
    'ports that webhooks and their token URLs may have, with ranges such as 8000-8999, separated by commas; absent: 443, 8443',
  ALLOWED_TARGETS:
    'ARNs of the queues, event buses, streams and buckets to which publications may send, with commas between, each with `=<app id>|…` where it is for some apps only; `any` for a laptop; absent: none',
  SALESFORCE_CLIENT_ID:
    'consumer key of the External Client App for authorizations that name none; absent: each has to name its own',
  SALESFORCE_LOGIN_URL: 'where these log in; absent: where each says, or https://login.salesforce.com',
  SALESFORCE_PUBSUB_ENDPOINT: 'host:port of the Pub/Sub API for these; absent: the global endpoint',
  HEROKU_ADDON_SECRET_ARN:
    'Secrets Manager secret with what `sluice addon:manifest` has written of the Heroku add-on; absent: there is no add-on',
  HEROKU_ADDON_FILE: 'file of the same contents, where there is no Secrets Manager',
  HEROKU_API_URL: "Heroku's Platform API; absent: https://api.heroku.com",
  HEROKU_IDENTITY_URL: 'where Heroku exchanges grants for tokens; absent: https://id.heroku.com',
  APP_PUBLISHES_PER_SECOND:
    'publishes of one app that one process of ingest takes in a second, five times as many at once; absent: 200',
  APP_REQUESTS_PER_SECOND:
    'requests with the tokens of one app that one process of api answers in a second, five times as many at once; absent: 50',
  RETENTION_DAYS:
    'days that deliveries which ended, the history of a local run, and the last events of subscriptions are kept, of apps that say nothing; absent: 7',
  CONSOLE_FOLDER: 'where the files of the console are; absent: beside the code of the function',
  CONSOLE_HIDES_PAYLOADS:
    '"true" keeps payloads of events from sessions of the console; absent: it may show them',
  LOG_FILE: 'the log of a local run, which `events:logs` reads; absent where LOG_GROUPS are read instead',
  LOG_GROUPS:
    "CloudWatch log groups of the functions, as `<function>=<name>` with commas between: the management API reads an app's history and log in them",
  SQS_ENDPOINT: 'SQS endpoint, when it is not AWS',
  DYNAMODB_ENDPOINT: 'DynamoDB endpoint, when it is not AWS',
  HEROKU_LOG_SAMPLES:
    'lines a minute, of each app and process, about delivered events in the log of its Heroku app; 0: only what needs attention; absent: nothing is written there',
  INSTALLATION: 'name of the installation, by which its metrics are told from those of others; absent: local',
  LOG_LEVEL: 'DEBUG, INFO, WARN or ERROR',
  TRACING: '"true": deliveries on the queues carry the X-Ray trace of who sent them',
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Environment = { readonly [name: string]: string | undefined };
