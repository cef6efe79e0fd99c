import { beforeEach, expect, it } from 'vitest';
import { anEvent, aWebhook } from '../../../test/support/builders.ts';
import { RecordedLog, RecordedMetrics } from '../../../test/support/recorded-telemetry.ts';
import { EventFormatError, eventJson } from '../../domain/events/event.ts';
import { BatchProgress } from './batch-progress.ts';
import type { DeliveryJob } from './delivery-job.ts';

let log: RecordedLog;
let metrics: RecordedMetrics;
let done: string[];
let progress: BatchProgress;

beforeEach(() => {
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  done = [];
  progress = new BatchProgress({ log, metrics, onMessageDone: (messageId) => done.push(messageId) });
});

const job = (messageId: string, json = eventJson(anEvent())): DeliveryJob => ({
  messageId,
  sentAtMs: undefined,
  deliveryId: 'd',
  eventId: 'e',
  eventJson: json,
  publication: aWebhook(),
  subscriptionId: undefined,
  record: undefined,
});
const away = new Error('the store is away');
const unreadable = new EventFormatError('expected an event');

it('a message is done with its last job, and one without jobs at once', () => {
  progress.messageRead('two', 2);
  progress.messageRead('none', 0);
  expect(done).toEqual(['none']);
  progress.jobEnded(job('two'));
  expect(done).toEqual(['none']);
  progress.jobEnded(job('two'));
  expect(done).toEqual(['none', 'two']);
});

it('a message of which a job failed is never done', () => {
  progress.messageRead('m', 2);
  progress.jobsFailed([job('m')], away);
  progress.jobEnded(job('m'));
  expect(done).toEqual([]);
  expect(progress.failed).toEqual(new Set(['m']));
});

it('an error that fails many deliveries is one line a message, and counts each of them', () => {
  progress.jobsFailed([job('a'), job('a'), job('b')], away);
  progress.jobsFailed([job('a')], new Error('another'));
  progress.messageFailed('c', away);
  expect(log.of('DELIVERY_FAILED_UNEXPECTEDLY')).toMatchObject([
    { messageId: 'a', error: 'Error: the store is away' },
    { messageId: 'b' },
    { messageId: 'c' },
  ]);
  expect(metrics.counts).toEqual({ DeliveryErrors: 5, Attempts: 5 });
});

it('a message that cannot be read is no error of ours', () => {
  progress.messageFailed('m', unreadable);
  expect([...progress.unreadable]).toEqual([['m', 'expected an event']]);
  expect(progress.failed).toEqual(new Set());
  expect(metrics.counts).toEqual({});
  expect(log.entries.map(({ code }) => code)).toEqual(['DELIVERY_MESSAGE_UNREADABLE']);
});

it('of jobs that were sent together, the one whose event cannot be read is to blame', () => {
  progress.jobsFailed([job('a'), job('broken', '{"specversion":'), job('b')], unreadable);
  expect([...progress.unreadable.keys()]).toEqual(['broken']);
  expect(progress.failed).toEqual(new Set(['a', 'b']));
});

it('a job that was sent alone is to blame, even if its event looks well', () => {
  progress.jobsFailed([job('a')], unreadable);
  expect([...progress.unreadable.keys()]).toEqual(['a']);
});

it('a message with several unreadable events is one line', () => {
  progress.jobsFailed([job('m', '{')], unreadable);
  progress.jobsFailed([job('m', '{')], unreadable);
  expect(log.entries).toHaveLength(1);
});
