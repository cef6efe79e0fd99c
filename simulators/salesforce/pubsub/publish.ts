import { takeFault } from '../faults.ts';
import { isObject } from '../json.ts';
import type { NewEvent } from '../org/event-bus.ts';
import { replayIdBytes } from '../org/topic-log.ts';
import { randomUuid } from '../random.ts';
import type { Caller, Calls, Duplex } from './calls.ts';
import { type GrpcFailure, tooLarge } from './errors.ts';
import {
  ERROR_PUBLISH,
  type ProducerEvent,
  type PublishRequest,
  type PublishResult,
  writePublishResponse,
} from './wire.ts';

/** Requests above 4 MB never reach the service. */
const REQUEST_BYTES_MAX = 4_000_000;

/** An event of more than 1 MB is refused alone; the others of its request are published. */
const EVENT_BYTES_MAX = 1024 * 1024;

/** Valid for no schema: an unfinished 64-bit integer. */
const UNDECODABLE = Buffer.from('ffffffffffffffffffffff', 'hex');

type Checked = { readonly event: NewEvent } | { readonly error: string };

/** Returns the response, or the failure of the whole call. */
export function publish(
  calls: Calls,
  _caller: Caller,
  request: PublishRequest,
  rpc = 'Publish',
): Buffer | GrpcFailure {
  const { org } = calls;
  if (request.size > REQUEST_BYTES_MAX) return tooLarge();
  const { topicName } = request;
  if (topicName === '') return calls.fail('publishTopicEmpty', rpc);
  const schema = org.bus.topic(topicName)?.schema;
  if (schema === undefined && org.bus.topic(topicName) === undefined)
    return calls.fail('topicNotFound', rpc, topicName);
  if (schema === undefined || !calls.canPublish(topicName))
    return calls.fail('cannotPublish', rpc, topicName);
  if (request.events.length === 0) return calls.fail('eventCountInvalid', rpc, topicName);
  // a single call was checked when it was authenticated; a stream is checked with each request
  if (rpc === 'PublishStream' && takeFault(org.faults, 'nextServiceUnavailable'))
    return calls.fail('serviceUnavailable', rpc, topicName);
  const checked: Checked[] = [];
  for (const event of request.events) {
    const result = check(calls, event, schema.name);
    if (result === 'invalid payload') return calls.fail('publishRequiredFields', rpc, topicName);
    checked.push(result);
  }
  const accepted = checked.flatMap((item) => ('event' in item ? [item.event] : []));
  const entries = org.publish(topicName, accepted);
  if (entries === 'limit exceeded') return calls.fail('publishLimit', rpc, topicName);
  let next = 0;
  const results = checked.map((item, index): PublishResult => {
    const correlationKey = request.events[index]?.id ?? '';
    if ('error' in item)
      return {
        replayId: Buffer.alloc(0),
        error: { code: ERROR_PUBLISH, message: item.error },
        correlationKey,
      };
    const entry = entries[next];
    next += 1;
    return {
      replayId: replayIdBytes(entry?.number ?? 0),
      error: undefined,
      correlationKey: correlationKey === '' ? item.event.id : correlationKey,
    };
  });
  if (takeFault(org.faults, 'nextPublishLostAnswers'))
    return calls.fail('serviceUnavailable', rpc, topicName);
  return writePublishResponse({ results, schemaId: schema.id, rpcId: calls.rpcId() });
}

function check(calls: Calls, event: ProducerEvent, eventName: string): Checked | 'invalid payload' {
  const { org } = calls;
  if (takeFault(org.faults, 'nextPublishErrors'))
    return { error: 'The event could not be published. Try again later.' };
  const size = event.payload.length + event.id.length + event.schemaId.length;
  if (size > EVENT_BYTES_MAX) return { error: 'The event exceeds the maximum size of 1 MB.' };
  if (event.id !== '' && !/^[\x20-\x7e]{1,255}$/.test(event.id))
    return { error: 'The event ID is not valid.' };
  const schema = org.bus.schema(event.schemaId);
  if (schema === undefined || schema.name !== eventName) return 'invalid payload';
  try {
    const value = schema.decode(event.payload);
    if (!isObject(value)) return 'invalid payload';
  } catch {
    return 'invalid payload';
  }
  const payload = takeFault(org.faults, 'nextUndecodable') ? UNDECODABLE : event.payload;
  return {
    event: { id: event.id === '' ? randomUuid(org.random) : event.id, schemaId: event.schemaId, payload },
  };
}

/** PublishStream: the first request fixes the topic; further requests need not wait for answers. */
export function publishStream(calls: Calls, call: Duplex<PublishRequest>): void {
  const caller = calls.authenticate(call.metadata, 'PublishStream');
  if ('code' in caller) {
    call.emit('error', caller);
    return;
  }
  let idle: NodeJS.Timeout | undefined;
  let keepalive: NodeJS.Timeout | undefined;
  let topicName = '';
  const handle = calls.track(call, 'PublishStream', caller.session.token, () => {
    clearTimeout(idle);
    clearInterval(keepalive);
  });
  const arm = () => {
    clearTimeout(idle);
    idle = setTimeout(() => handle.fail('publishIdle'), calls.timing.publishIdleMs);
  };
  keepalive = setInterval(() => {
    call.write(
      writePublishResponse({
        results: [],
        schemaId: calls.org.bus.topic(topicName)?.schema?.id ?? '',
        rpcId: calls.rpcId(),
      }),
    );
  }, calls.timing.publishKeepaliveMs);
  arm();
  call.on('data', (request: PublishRequest) => {
    if (!handle.isOpen()) return;
    if (topicName === '') topicName = request.topicName;
    handle.setTopic(topicName);
    if (request.topicName !== '' && request.topicName !== topicName)
      return handle.fail('publishTopicMismatch');
    const result = publish(calls, caller, { ...request, topicName }, 'PublishStream');
    if (!Buffer.isBuffer(result)) return handle.close(result);
    arm();
    call.write(result);
  });
}
