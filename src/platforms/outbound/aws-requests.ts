import type { Clock } from '../../base/clock.ts';
import type { OutgoingEvent, SendOutcome } from '../../domain/deliveries/destination.ts';
import { type AwsRequest, awsRequestFailure } from './aws-failure.ts';

export interface RequestLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** An event as a request entry, with its size as AWS counts it. */
export interface PreparedEntry<E> {
  readonly entry: E;
  readonly bytes: number;
}

export interface RequestPorts<E> {
  readonly request: AwsRequest;
  readonly limits: RequestLimits;
  readonly clock: Clock;
  prepare(event: OutgoingEvent): PreparedEntry<E>;
  /** Sends one request and returns an outcome for each entry, in order. Throws what the SDK throws. */
  send(entries: readonly E[], durationMs: () => number): Promise<readonly SendOutcome[]>;
}

/** Halving stops this long after the first request. The remaining events are retried like any other. */
const SPLIT_MS_MAX = 15_000;

/**
 * Sends the events in as few requests as the limits allow, concurrently, and returns the outcomes in order. Never
 * throws for AWS errors.
 */
export async function sendInRequests<E>(
  events: readonly OutgoingEvent[],
  ports: RequestPorts<E>,
): Promise<readonly SendOutcome[]> {
  const { request, limits, clock } = ports;
  const outcomes: SendOutcome[] = [];
  const groups: { readonly entries: E[]; readonly indexes: number[]; bytes: number }[] = [];
  for (const [index, event] of events.entries()) {
    const { entry, bytes } = ports.prepare(event);
    if (bytes > limits.bytesMax) {
      outcomes[index] = tooLarge(request, bytes, limits.bytesMax);
      continue;
    }
    const open = groups.at(-1);
    const isFull =
      open === undefined || open.entries.length >= limits.entriesMax || open.bytes + bytes > limits.bytesMax;
    const group = isFull ? { entries: [], indexes: [], bytes: 0 } : open;
    if (isFull) groups.push(group);
    group.entries.push(entry);
    group.indexes.push(index);
    group.bytes += bytes;
  }
  const startedAtMs = clock.now();
  await Promise.all(
    groups.map(async ({ entries, indexes }) => {
      const answers = await sendSplitting(entries, ports, startedAtMs);
      for (const [at, index] of indexes.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error('expected an outcome for every entry of a request');
        outcomes[index] = answer;
      }
    }),
  );
  return outcomes;
}

/**
 * A request that AWS refuses as a whole, because of one of its entries, is halved until the refused event is alone; the
 * others are sent at once.
 */
async function sendSplitting<E>(
  entries: readonly E[],
  ports: RequestPorts<E>,
  startedAtMs: number,
): Promise<readonly SendOutcome[]> {
  const { request, clock } = ports;
  const sentAtMs = clock.now();
  const durationMs = () => Math.max(0, clock.now() - sentAtMs);
  try {
    return await ports.send(entries, durationMs);
  } catch (error) {
    // Whatever the error is, it becomes the outcome of each event, and is logged and stored with the attempt.
    const failure = awsRequestFailure(request, error, durationMs());
    if (failure.kind !== 'rejected' || entries.length === 1) return entries.map(() => failure);
    if (clock.now() - startedAtMs >= SPLIT_MS_MAX) {
      return entries.map(() => ({ ...failure, kind: 'retry' as const }));
    }
    const middle = Math.ceil(entries.length / 2);
    const halves = await Promise.all(
      [entries.slice(0, middle), entries.slice(middle)].map((half) =>
        sendSplitting(half, ports, startedAtMs),
      ),
    );
    return halves.flat();
  }
}

function tooLarge({ arn }: AwsRequest, bytes: number, bytesMax: number): SendOutcome {
  return {
    kind: 'rejected',
    errorId: 'event-too-large',
    message: `expected at most ${bytesMax} bytes for ${arn}, found an event of ${bytes} with its attributes: send less by a filter, or a reference to where the rest is`,
    durationMs: 0,
  };
}
