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
  /** Called with the id of a message as soon as all of its deliveries have ended; its batch may take longer. */
  readonly onMessageDone?: ((messageId: string) => void) | undefined;
}

/** How far the messages of a batch are, and which of them failed. */
export class BatchProgress implements BatchOutcome {
  readonly failed = new Set<string>();
  readonly unreadable = new Map<string, string>();
  readonly #ports: BatchProgressPorts;
  /** How many jobs of each message have not ended. */
  readonly #openJobs = new Map<string, number>();

  constructor(ports: BatchProgressPorts) {
    this.#ports = ports;
  }

  messageRead(messageId: string, jobCount: number): void {
    this.#openJobs.set(messageId, jobCount);
    if (jobCount === 0) this.#ports.onMessageDone?.(messageId);
  }

  messageFailed(messageId: string, error: unknown): void {
    if (isUnreadable(error)) this.#giveUp(messageId, error);
    // How many deliveries it holds is not known yet: it counts as one.
    else this.#giveAgain(messageId, error);
  }

  jobEnded({ messageId }: DeliveryJob): void {
    const left = (this.#openJobs.get(messageId) ?? 0) - 1;
    this.#openJobs.set(messageId, left);
    if (left === 0) this.#ports.onMessageDone?.(messageId);
  }

  /** There was no time left for these: their messages are received again, and nothing is wrong with them. */
  notBegun(jobs: readonly DeliveryJob[]): void {
    for (const { messageId } of jobs) this.failed.add(messageId);
  }

  /** These failed together, by one error. Their messages never count as done. */
  jobsFailed(jobs: readonly DeliveryJob[], error: unknown): void {
    const broken = isUnreadable(error) ? brokenOf(jobs) : [];
    for (const job of jobs) {
      if (broken.includes(job)) this.#giveUp(job.messageId, error);
      else this.#giveAgain(job.messageId, error);
    }
  }

  /** Counts each delivery, but writes one line a message: its events mostly fail for the same reason. */
  #giveAgain(messageId: string, error: unknown): void {
    countDeliveryError(this.#ports.metrics);
    if (this.failed.has(messageId)) return;
    this.failed.add(messageId);
    this.#ports.log.write('DELIVERY_FAILED_UNEXPECTEDLY', { messageId, ...describeError(error) });
  }

  #giveUp(messageId: string, error: unknown): void {
    if (this.unreadable.has(messageId)) return;
    this.unreadable.set(messageId, error instanceof Error ? error.message : String(error));
    this.#ports.log.write('DELIVERY_MESSAGE_UNREADABLE', { messageId, ...describeError(error) });
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof DeliveryMessageError || error instanceof EventFormatError;
}

/** Of several that were sent together, those whose event cannot be read; if there was only one, it is that one. */
function brokenOf(jobs: readonly DeliveryJob[]): readonly DeliveryJob[] {
  if (jobs.length === 1) return jobs;
  return jobs.filter(({ eventJson }) => {
    try {
      parseEvent(eventJson);
      return false;
    } catch {
      // This is the answer to the question; the caller logs it.
      return true;
    }
  });
}
