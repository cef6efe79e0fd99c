import { DeliveryMessageError } from '../../domain/deliveries/delivery-message.ts';
import { EventFormatError, parseEvent } from '../../domain/events/event.ts';
import { describeError } from '../../telemetry/describe-error.ts';
import type { Log } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { BatchOutcome } from '../end-batch.ts';
import { countDeliveryError } from './attempt-metrics.ts';
import type { DeliveryJob } from './delivery-job.ts';

export interface BatchProgressPorts {
  readonly log: Log;
  readonly metrics: Metrics;
  /**
   * Called with the id of a message as soon as all its deliveries have ended; the rest of the batch may take longer.
   */
  readonly onMessageDone?: ((messageId: string) => void) | undefined;
}

/** Tracks which messages of a batch have ended and which have failed. */
export class BatchProgress implements BatchOutcome {
  readonly failed = new Set<string>();
  readonly unreadable = new Map<string, string>();
  readonly #ports: BatchProgressPorts;
  /** The number of open jobs of each message. */
  readonly #openJobs = new Map<string, number>();

  constructor(ports: BatchProgressPorts) {
    this.#ports = ports;
  }

  messageRead(messageId: string, jobCount: number): void {
    this.#openJobs.set(messageId, jobCount);
    if (jobCount === 0) this.#ports.onMessageDone?.(messageId);
  }

  messageFailed(messageId: string, error: unknown): void {
    if (isUnreadable(error)) this.#markUnreadable(messageId, error);
    // The message may hold several deliveries, but that is not known yet: it counts as one.
    else this.#markFailed(messageId, error);
  }

  jobEnded({ messageId }: DeliveryJob): void {
    const left = (this.#openJobs.get(messageId) ?? 0) - 1;
    this.#openJobs.set(messageId, left);
    if (left === 0) this.#ports.onMessageDone?.(messageId);
  }

  /** There was no time left for these jobs: their messages are received again, and nothing is wrong with them. */
  notBegun(jobs: readonly DeliveryJob[]): void {
    for (const { messageId } of jobs) this.failed.add(messageId);
  }

  /** These jobs failed together, with one error. Their messages never count as done. */
  jobsFailed(jobs: readonly DeliveryJob[], error: unknown): void {
    const broken = isUnreadable(error) ? brokenOf(jobs) : [];
    for (const job of jobs) {
      if (broken.includes(job)) this.#markUnreadable(job.messageId, error);
      else this.#markFailed(job.messageId, error);
    }
  }

  /** Counts every delivery but logs one line per message: its events mostly fail for the same reason. */
  #markFailed(messageId: string, error: unknown): void {
    countDeliveryError(this.#ports.metrics);
    if (this.failed.has(messageId)) return;
    this.failed.add(messageId);
    this.#ports.log.write('DELIVERY_FAILED_UNEXPECTEDLY', { messageId, ...describeError(error) });
  }

  #markUnreadable(messageId: string, error: unknown): void {
    if (this.unreadable.has(messageId)) return;
    this.unreadable.set(messageId, error instanceof Error ? error.message : String(error));
    this.#ports.log.write('DELIVERY_MESSAGE_UNREADABLE', { messageId, ...describeError(error) });
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof DeliveryMessageError || error instanceof EventFormatError;
}

/** The jobs whose event cannot be read. A job that was sent alone must be the broken one. */
function brokenOf(jobs: readonly DeliveryJob[]): readonly DeliveryJob[] {
  if (jobs.length === 1) return jobs;
  return jobs.filter(({ eventJson }) => {
    try {
      parseEvent(eventJson);
      return false;
    } catch {
      // The error is the answer; the caller logs it.
      return true;
    }
  });
}
