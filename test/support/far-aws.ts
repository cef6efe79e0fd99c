import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { listenOnLoopback, stopServer } from './loopback-server.ts';

export const FAR_REGION = 'eu-central-1';
const ACCOUNT = '000000000000';
const ACCESS_KEY = 'AKIDEXAMPLE';
export const FAR_SECRET_KEY = 'a-secret-access-key';

/** An error in AWS's format. */
export interface AwsError {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  /** The bucket's region, for a request to another region. */
  readonly bucketRegion?: string;
}

export interface FarBusEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time?: number;
}

export interface FarRecord {
  readonly PartitionKey: string;
  readonly text: string;
}

const PUT_EVENTS = { entriesMax: 10, bytesMax: 1_048_576, detailTypeMax: 128, sourceMax: 256 } as const;
const PUT_RECORDS = {
  recordsMax: 500,
  bytesMax: 10 * 1_048_576,
  recordBytesMax: 1_048_576,
  keyMax: 256,
} as const;

/**
 * AWS's side of four services at one address. SQS and S3 are fauxqs, and the SDK's requests to all four are real. EventBridge and
 * Kinesis are simulated here from their API references: whatever the real services check in a request is checked. Of a signature, only
 * the scope is looked at.
 */
export class FarAws {
  readonly emulator: FauxqsServer;
  readonly #server: Server;
  #endpoint = '';
  readonly buses = new Map<string, FarBusEntry[]>();
  readonly streams = new Map<string, FarRecord[]>();
  /** The operations requested, in order, such as `PutEvents` or `PUT /bucket/key`. */
  readonly operations: string[] = [];
  /** The error for each request; undefined for the regular answer. */
  refusal: ((operation: string, body: Buffer) => AwsError | undefined) | undefined;
  /** By the text of an SQS message, an EventBridge entry or a Kinesis record: the error code with which it alone fails. */
  entryFault: ((text: string) => string | undefined) | undefined;
  /** How many answers to lose after the work is done. */
  answersToLose = 0;

  private constructor(emulator: FauxqsServer) {
    this.emulator = emulator;
    this.#server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing));
  }

  static async start(): Promise<FarAws> {
    const emulator = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false });
    const far = new FarAws(emulator);
    far.#endpoint = await listenOnLoopback(far.#server);
    return far;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  /** The environment by which the SDK finds this service. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.#endpoint,
      AWS_REGION: FAR_REGION,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: FAR_SECRET_KEY,
    };
  }

  makeQueue(name: string): string {
    const attributes = name.endsWith('.fifo') ? { attributes: { FifoQueue: 'true' } } : {};
    return this.emulator.createQueue(name, { region: FAR_REGION, ...attributes }).queueArn;
  }

  makeBus(name: string): string {
    const arn = `arn:aws:events:${FAR_REGION}:${ACCOUNT}:event-bus/${name}`;
    this.buses.set(arn, []);
    return arn;
  }

  makeStream(name: string): string {
    const arn = `arn:aws:kinesis:${FAR_REGION}:${ACCOUNT}:stream/${name}`;
    this.streams.set(arn, []);
    return arn;
  }

  makeBucket(name: string): string {
    this.emulator.createBucket(name);
    return `arn:aws:s3:::${name}`;
  }

  /** The messages that can be received now. */
  messages(name: string) {
    return this.emulator.inspectQueue(name)?.messages.ready ?? [];
  }

  /** Objects by key. */
  async objects(bucket: string): Promise<ReadonlyMap<string, string>> {
    const at = `http://127.0.0.1:${this.emulator.port}/${bucket}`;
    const list = await (await fetch(`${at}?list-type=2`)).text();
    const keys = [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) =>
      key.replaceAll('&amp;', '&'),
    );
    const read = async (key: string) =>
      [key, await (await fetch(`${at}/${key.split('/').map(encodeURIComponent).join('/')}`)).text()] as const;
    return new Map(await Promise.all(keys.map(read)));
  }

  /** From now on nothing listens at the address. */
  cutOff(): Promise<void> {
    return stopServer(this.#server);
  }

  async stop(): Promise<void> {
    await stopServer(this.#server);
    await this.emulator.stop();
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const target = incoming.headers['x-amz-target'];
    const operation =
      typeof target === 'string' ? (target.split('.').at(-1) ?? '') : `${incoming.method} ${incoming.url}`;
    this.operations.push(operation);
    const refusal = scopeFault(incoming, target) ?? this.refusal?.(operation, body);
    if (refusal !== undefined) return answerError(outgoing, refusal, target === undefined);
    if (operation === 'SendMessageBatch' && this.entryFault !== undefined) {
      outgoing.setHeader('content-type', 'application/x-amz-json-1.0');
      outgoing.end(JSON.stringify(await this.#sendBatch(incoming, body)));
      return;
    }
    if (target === undefined || target.toString().startsWith('AmazonSQS.')) {
      return this.#pass(incoming, body, outgoing);
    }
    const asked: unknown = JSON.parse(body.toString());
    const answer = this.#operate(operation, asked as Record<string, never>);
    if ('code' in answer) return answerError(outgoing, answer as AwsError, false);
    if (this.#losesAnswer(incoming)) return;
    outgoing.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(answer));
  }

  #operate(operation: string, asked: Record<string, never>): object | AwsError {
    switch (operation) {
      case 'DescribeEventBus':
        return this.buses.has(asked['Name'] ?? '')
          ? { Arn: asked['Name'], Name: 'a-bus' }
          : { status: 400, code: 'ResourceNotFoundException', message: 'Event bus does not exist.' };
      case 'PutEvents':
        return this.#putEvents(asked['Entries'] ?? []);
      case 'PutRecords':
        return this.#putRecords(asked['StreamARN'] ?? '', asked['Records'] ?? []);
      default:
        return { status: 400, code: 'UnknownOperationException' };
    }
  }

  #putEvents(entries: readonly (FarBusEntry & { readonly EventBusName: string })[]): object | AwsError {
    const sizeOf = ({ Source, DetailType, Detail, Time }: FarBusEntry) =>
      Buffer.byteLength(Source + DetailType + Detail) + (Time === undefined ? 0 : 14);
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    const { entriesMax, bytesMax, sourceMax, detailTypeMax } = PUT_EVENTS;
    if (entries.length === 0 || entries.length > entriesMax) {
      return { status: 400, code: 'ValidationException', message: `${entries.length} entries` };
    }
    if (bytes > bytesMax) {
      const message = 'Total size of the entries in the request is over the limit.';
      return { status: 400, code: 'ValidationException', message };
    }
    if (
      entries.some(({ Source, DetailType }) => Source.length > sourceMax || DetailType.length > detailTypeMax)
    ) {
      return { status: 400, code: 'ValidationException', message: 'Source or DetailType too long' };
    }
    const Entries = entries.map(({ EventBusName, ...entry }, index) => {
      const ErrorCode = this.entryFault?.(entry.Detail) ?? detailFault(entry);
      if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: `because of ${ErrorCode}` };
      // Like AWS, it reports success for an entry whose bus does not exist.
      this.buses.get(EventBusName)?.push(entry);
      return { EventId: `event-${index}` };
    });
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length;
    return { FailedEntryCount, Entries };
  }

  #putRecords(
    arn: string,
    records: readonly { readonly Data: string; readonly PartitionKey: string }[],
  ): object | AwsError {
    const stream = this.streams.get(arn);
    if (stream === undefined) return { status: 400, code: 'ResourceNotFoundException', message: arn };
    const sizes = records.map(
      ({ Data, PartitionKey }) => Buffer.from(Data, 'base64').length + Buffer.byteLength(PartitionKey),
    );
    const { recordsMax, bytesMax, recordBytesMax, keyMax } = PUT_RECORDS;
    if (
      records.length === 0 ||
      records.length > recordsMax ||
      sizes.reduce((sum, size) => sum + size, 0) > bytesMax ||
      sizes.some((size) => size > recordBytesMax) ||
      records.some(({ PartitionKey }) => PartitionKey === '' || PartitionKey.length > keyMax)
    ) {
      return { status: 400, code: 'ValidationException', message: 'too much, or a bad key' };
    }
    const Records = records.map(({ Data, PartitionKey }) => {
      const text = Buffer.from(Data, 'base64').toString();
      const ErrorCode = this.entryFault?.(text);
      if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: `because of ${ErrorCode}` };
      stream.push({ PartitionKey, text });
      return { SequenceNumber: String(stream.length), ShardId: 'shardId-000000000000' };
    });
    return { FailedRecordCount: Records.filter((record) => 'ErrorCode' in record).length, Records };
  }

  /** Forwards the messages that have no fault. */
  async #sendBatch({ headers }: IncomingMessage, body: Buffer): Promise<object> {
    const asked: { readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[] } =
      JSON.parse(body.toString());
    const Failed = asked.Entries.flatMap(({ Id, MessageBody }) => {
      const Code = this.entryFault?.(MessageBody);
      // SQS says who is at fault.
      return Code === undefined
        ? []
        : [{ Id, Code, SenderFault: !/Internal|Unavailable/.test(Code), Message: Code }];
    });
    const sound = asked.Entries.filter(({ Id }) => !Failed.some((each) => each.Id === Id));
    if (sound.length === 0) return { Successful: [], Failed };
    const passed = await fetch(`http://127.0.0.1:${this.emulator.port}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': String(headers['x-amz-target']),
        authorization: String(headers.authorization),
      },
      body: JSON.stringify({ ...asked, Entries: sound }),
    });
    const answer: { readonly Failed?: readonly object[] } = JSON.parse(await passed.text());
    return { ...answer, Failed: [...(answer.Failed ?? []), ...Failed] };
  }

  #pass(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
    const { method, headers, url = '/' } = incoming;
    const passed = httpRequest(
      `http://127.0.0.1:${this.emulator.port}${url}`,
      { method, headers },
      (answer) => {
        if (this.#losesAnswer(incoming)) {
          answer.resume();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    passed.end(body);
  }

  #losesAnswer(incoming: IncomingMessage): boolean {
    if (this.answersToLose === 0) return false;
    this.answersToLose -= 1;
    incoming.socket.destroy();
    return true;
  }
}

/** Checks the request's signature: its credentials, and that its scope is this service and region. */
function scopeFault(
  { headers }: IncomingMessage,
  target: string | string[] | undefined,
): AwsError | undefined {
  const kind = String(target ?? '').split('.', 1)[0] ?? '';
  const service = SERVICES[kind] ?? 's3';
  const scope = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/\\d{8}/${FAR_REGION}/${service}/aws4_request,`,
  );
  // S3 knows its buckets' regions, and says where to send the request.
  if (
    service === 's3' &&
    S3_SCOPE.test(headers.authorization ?? '') &&
    !scope.test(headers.authorization ?? '')
  ) {
    return { status: 301, code: 'PermanentRedirect', bucketRegion: FAR_REGION };
  }
  return scope.test(headers.authorization ?? '')
    ? undefined
    : {
        status: 403,
        code: 'SignatureDoesNotMatch',
        message: 'Credential should be scoped to a valid region.',
      };
}

const S3_SCOPE = new RegExp(`^AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/\\d{8}/[a-z0-9-]+/s3/aws4_request,`);
const SERVICES: Readonly<Record<string, string>> = {
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
  Kinesis_20131202: 'kinesis',
};

function detailFault({ Detail, Source }: FarBusEntry): string | undefined {
  if (Source.startsWith('aws.')) return 'NotAuthorizedForSourceException';
  try {
    const detail: unknown = JSON.parse(Detail);
    return typeof detail === 'object' && detail !== null ? undefined : 'MalformedDetail';
  } catch {
    // EventBridge's own error code.
    return 'MalformedDetail';
  }
}

function answerError(
  outgoing: ServerResponse,
  { status, code, message = code, bucketRegion }: AwsError,
  isXml: boolean,
): void {
  outgoing.statusCode = status;
  if (bucketRegion !== undefined) outgoing.setHeader('x-amz-bucket-region', bucketRegion);
  if (isXml) {
    outgoing
      .setHeader('content-type', 'application/xml')
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    return;
  }
  outgoing
    .setHeader('content-type', 'application/x-amz-json-1.1')
    .setHeader('x-amzn-errortype', code)
    .end(JSON.stringify({ __type: code, message }));
}
