import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { NeutralEvent } from './cases.ts';
import type { Client } from './sdks.ts';

export type PublishMode = 'structured' | 'binary' | 'batch';

/** One request to make. */
export interface Task {
  readonly url: string;
  readonly mode: PublishMode;
  /** A single event, except in a batch. */
  readonly events: readonly NeutralEvent[];
}

/** The result of a task. */
export interface Sent {
  readonly status?: number;
  readonly answer?: string;
  /** The SDK or its HTTP client refused the task. */
  readonly error?: string;
}

/** What the SDK read from a request. */
export interface Received {
  readonly path: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** In base64; a JSON value is serialized first. */
  readonly data?: string;
  readonly error?: string;
  /** The raw request, if the SDK rejected it. */
  readonly seen?: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
}

/** Lets the SDK build and send the events, one request after the other. */
export async function publishBy(
  { command, args }: Client,
  cwd: string,
  tasks: readonly Task[],
): Promise<Sent[]> {
  const child = spawn(command, [...args, 'publish'], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(tasks));
  const lines = (await text(child.stdout)).split('\n').filter((line) => line.startsWith('{'));
  if (lines.length !== tasks.length)
    throw new Error(`expected an outcome for each of ${tasks.length} requests, found ${lines.length}`);
  return lines.map((line) => JSON.parse(line) as Sent);
}

/** Starts a server on which the SDK reads requests, until the signal aborts. */
export async function receiveBy(
  { command, args }: Client,
  cwd: string,
  signal: AbortSignal,
): Promise<Receiver> {
  const child = spawn(command, [...args, 'receive'], { cwd, signal, stdio: ['ignore', 'pipe', 'inherit'] });
  const received: Received[] = [];
  const port = await new Promise<number>((settle, reject) => {
    // Ending by the signal is also an error, but by then nobody waits for the port.
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`expected a receiver, found that it ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Received & { readonly port?: number };
      if (told.port === undefined) received.push(told);
      else settle(told.port);
    });
  });
  return { url: `http://127.0.0.1:${port}`, received };
}
