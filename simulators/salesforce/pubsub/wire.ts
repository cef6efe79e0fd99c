// Reads and writes the messages of package `eventbus.v1` by field number, by hand. A response of 100 events is then one
// buffer filled once, and the raw bytes of a request, whose size the service limits, are available.

/** Reads the fields of one message; unknown ones are skipped, as protobuf demands. */
class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  fields(visit: (field: number, value: Buffer | number) => void): void {
    while (this.#position < this.#bytes.length) {
      const tag = this.#varint();
      const wireType = tag & 7;
      if (wireType === 0) visit(tag >>> 3, this.#varint());
      else if (wireType === 2) visit(tag >>> 3, this.#take(this.#varint()));
      else if (wireType === 5) this.#take(4);
      else if (wireType === 1) this.#take(8);
      else throw new Error(`Expected a protobuf wire type of 0, 1, 2 or 5, found ${wireType}.`);
    }
  }

  #varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) break;
      this.#position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return Number(BigInt.asIntN(64, value));
    }
    throw new Error('Expected a protobuf integer, found the end of the message.');
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length)
      throw new Error('Expected a protobuf field, found the end of the message.');
    const part = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return part;
  }
}

function textOf(value: Buffer | number): string {
  return typeof value === 'number' ? '' : value.toString('utf8');
}

function bytesOf(value: Buffer | number): Buffer {
  return typeof value === 'number' ? Buffer.alloc(0) : value;
}

function integerOf(value: Buffer | number): number {
  return typeof value === 'number' ? value : 0;
}

function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function bytesField(field: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return bytes.length === 0
    ? Buffer.alloc(0)
    : Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function messageField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function integerField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)]);
}

export interface TopicRequest {
  readonly topicName: string;
}

export function readTopicRequest(bytes: Buffer): TopicRequest {
  let topicName = '';
  new Reader(bytes).fields((field, value) => {
    if (field === 1) topicName = textOf(value);
  });
  return { topicName };
}

export interface TopicInfo {
  readonly topicName: string;
  readonly tenantGuid: string;
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;
  readonly schemaId: string;
  readonly rpcId: string;
}

export function writeTopicInfo(info: TopicInfo): Buffer {
  return Buffer.concat([
    bytesField(1, info.topicName),
    bytesField(2, info.tenantGuid),
    integerField(3, info.canPublish ? 1 : 0),
    integerField(4, info.canSubscribe ? 1 : 0),
    bytesField(5, info.schemaId),
    bytesField(6, info.rpcId),
  ]);
}

export interface SchemaRequest {
  readonly schemaId: string;
}

export function readSchemaRequest(bytes: Buffer): SchemaRequest {
  return { schemaId: readTopicRequest(bytes).topicName };
}

export interface SchemaInfo {
  readonly schemaJson: string;
  readonly schemaId: string;
  readonly rpcId: string;
}

export function writeSchemaInfo(info: SchemaInfo): Buffer {
  return Buffer.concat([
    bytesField(1, info.schemaJson),
    bytesField(2, info.schemaId),
    bytesField(3, info.rpcId),
  ]);
}

export const REPLAY_LATEST = 0;
export const REPLAY_EARLIEST = 1;
export const REPLAY_CUSTOM = 2;

export interface FetchRequest {
  readonly topicName: string;
  readonly replayPreset: number;
  readonly replayId: Buffer;
  readonly numRequested: number;
}

export function readFetchRequest(bytes: Buffer): FetchRequest {
  let topicName = '';
  let replayPreset = REPLAY_LATEST;
  let replayId: Buffer = Buffer.alloc(0);
  let numRequested = 0;
  new Reader(bytes).fields((field, value) => {
    if (field === 1) topicName = textOf(value);
    else if (field === 2) replayPreset = integerOf(value);
    else if (field === 3) replayId = bytesOf(value);
    else if (field === 4) numRequested = integerOf(value);
  });
  return { topicName, replayPreset, replayId, numRequested };
}

export interface ConsumerEvent {
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
  readonly number: number;
}

const REPLAY_ID_LENGTH = 10;

function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}

function putVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest > 0x7f) {
    target[position] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    position += 1;
  }
  target[position] = rest;
  return position + 1;
}

function producerLength(event: ConsumerEvent): number {
  const payload = event.payload.length;
  const head =
    event.id.length +
    event.schemaId.length +
    1 +
    varintLength(event.id.length) +
    1 +
    varintLength(event.schemaId.length);
  return head + (payload === 0 ? 0 : 1 + varintLength(payload) + payload);
}

function consumerLength(event: ConsumerEvent): number {
  const producer = producerLength(event);
  return 1 + varintLength(producer) + producer + 2 + REPLAY_ID_LENGTH;
}

/** The bytes that the event adds to a FetchResponse. */
export function eventSize(event: ConsumerEvent): number {
  const length = consumerLength(event);
  return 1 + varintLength(length) + length;
}

// ids are ASCII in the hot path: an id with other characters is refused at publishing
function putEvent(target: Buffer, start: number, event: ConsumerEvent): number {
  let at = start;
  target[at] = 0x0a;
  at = putVarint(target, at + 1, consumerLength(event));
  target[at] = 0x0a;
  at = putVarint(target, at + 1, producerLength(event));
  target[at] = 0x0a;
  at = putVarint(target, at + 1, event.id.length);
  at += target.write(event.id, at, 'latin1');
  target[at] = 0x12;
  at = putVarint(target, at + 1, event.schemaId.length);
  at += target.write(event.schemaId, at, 'latin1');
  if (event.payload.length > 0) {
    target[at] = 0x1a;
    at = putVarint(target, at + 1, event.payload.length);
    at += event.payload.copy(target, at);
  }
  target[at] = 0x12;
  target[at + 1] = REPLAY_ID_LENGTH;
  target.writeUInt32BE(Math.floor(event.number / 0x1_0000_0000), at + 2);
  target.writeUInt32BE(event.number % 0x1_0000_0000, at + 6);
  target.writeUInt16BE(0, at + 10);
  return at + 2 + REPLAY_ID_LENGTH;
}

export interface FetchResponseTail {
  readonly latestReplayId: Buffer;
  readonly rpcId: string;
  readonly pendingNumRequested: number;
}

export function writeFetchResponse(events: readonly ConsumerEvent[], tail: FetchResponseTail): Buffer {
  let size = 0;
  for (const event of events) size += eventSize(event);
  const end = Buffer.concat([
    bytesField(2, tail.latestReplayId),
    bytesField(3, tail.rpcId),
    integerField(4, tail.pendingNumRequested),
  ]);
  const response = Buffer.allocUnsafe(size + end.length);
  let at = 0;
  for (const event of events) at = putEvent(response, at, event);
  end.copy(response, at);
  return response;
}

export interface CommitResponse {
  readonly commitRequestId: string;
  readonly replayId: Buffer;
  readonly error: { readonly code: number; readonly message: string } | undefined;
  readonly processTime: number;
}

/** ManagedFetchResponse is FetchResponse plus one field, so the latter's bytes can come first. */
export function writeCommitResponse(commit: CommitResponse): Buffer {
  return messageField(
    5,
    Buffer.concat([
      bytesField(1, commit.commitRequestId),
      bytesField(2, commit.replayId),
      commit.error === undefined ? Buffer.alloc(0) : messageField(3, writeError(commit.error)),
      integerField(4, commit.processTime),
    ]),
  );
}

export interface ManagedFetchRequest {
  readonly subscriptionId: string;
  readonly developerName: string;
  readonly numRequested: number;
  readonly commit: { readonly commitRequestId: string; readonly replayId: Buffer } | undefined;
}

export function readManagedFetchRequest(bytes: Buffer): ManagedFetchRequest {
  let subscriptionId = '';
  let developerName = '';
  let numRequested = 0;
  let commit: ManagedFetchRequest['commit'];
  new Reader(bytes).fields((field, value) => {
    if (field === 1) subscriptionId = textOf(value);
    else if (field === 2) developerName = textOf(value);
    else if (field === 3) numRequested = integerOf(value);
    else if (field === 5) {
      let commitRequestId = '';
      let replayId: Buffer = Buffer.alloc(0);
      new Reader(bytesOf(value)).fields((inner, item) => {
        if (inner === 1) commitRequestId = textOf(item);
        else if (inner === 2) replayId = bytesOf(item);
      });
      commit = { commitRequestId, replayId };
    }
  });
  return { subscriptionId, developerName, numRequested, commit };
}

export interface ProducerEvent {
  readonly id: string;
  readonly schemaId: string;
  readonly payload: Buffer;
}

export interface PublishRequest {
  readonly topicName: string;
  readonly events: readonly ProducerEvent[];
  /** The size of the whole message, which the service limits. */
  readonly size: number;
}

function readProducerEvent(bytes: Buffer): ProducerEvent {
  let id = '';
  let schemaId = '';
  let payload: Buffer = Buffer.alloc(0);
  new Reader(bytes).fields((field, value) => {
    if (field === 1) id = textOf(value);
    else if (field === 2) schemaId = textOf(value);
    else if (field === 3) payload = Buffer.from(bytesOf(value)); // a copy: the log outlives the request
  });
  return { id, schemaId, payload };
}

export function readPublishRequest(bytes: Buffer): PublishRequest {
  let topicName = '';
  const events: ProducerEvent[] = [];
  new Reader(bytes).fields((field, value) => {
    if (field === 1) topicName = textOf(value);
    else if (field === 2) events.push(readProducerEvent(bytesOf(value)));
  });
  return { topicName, events, size: bytes.length };
}

export const ERROR_PUBLISH = 1;
export const ERROR_COMMIT = 2;

function writeError(error: { readonly code: number; readonly message: string }): Buffer {
  return Buffer.concat([integerField(1, error.code), bytesField(2, error.message)]);
}

export interface PublishResult {
  readonly replayId: Buffer;
  readonly error: { readonly code: number; readonly message: string } | undefined;
  readonly correlationKey: string;
}

export interface PublishResponse {
  readonly results: readonly PublishResult[];
  readonly schemaId: string;
  readonly rpcId: string;
}

export function writePublishResponse(response: PublishResponse): Buffer {
  const results = response.results.map((result) =>
    messageField(
      1,
      Buffer.concat([
        bytesField(1, result.replayId),
        result.error === undefined ? Buffer.alloc(0) : messageField(2, writeError(result.error)),
        bytesField(3, result.correlationKey),
      ]),
    ),
  );
  return Buffer.concat([...results, bytesField(2, response.schemaId), bytesField(3, response.rpcId)]);
}
