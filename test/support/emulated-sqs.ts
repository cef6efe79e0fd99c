import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { makeSqsClient } from '../../src/adapters/sqs/client.ts';

const QUEUE_NAME = 'sluice-test';

/**
 * The production client and fauxqs over HTTP, on SQLite in a directory of its own. fauxqs ignores message groups on a
 * standard queue, and does not refuse a whole batch for one bad character: do not assert either here.
 */
export class EmulatedSqs {
  readonly #directory: string;
  #server: FauxqsServer;
  #client: SQSClient;
  #queueUrl: string;

  private constructor(directory: string, server: FauxqsServer) {
    this.#directory = directory;
    this.#server = server;
    this.#client = makeSqsClient({ endpoint: endpointOf(server) });
    this.#queueUrl = server.createQueue(QUEUE_NAME).queueUrl;
  }

  static async start(): Promise<EmulatedSqs> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-sqs-'));
    return new EmulatedSqs(directory, await serve(directory));
  }

  get client(): SQSClient {
    return this.#client;
  }

  get endpoint(): string {
    return endpointOf(this.#server);
  }

  get queueUrl(): string {
    return this.#queueUrl;
  }

  /** Bodies of the messages on the queue, oldest first: both those that can be received now and delayed ones. */
  bodies(): { readonly ready: string[]; readonly delayed: string[] } {
    const queue = this.#server.inspectQueue(QUEUE_NAME);
    if (queue === undefined) throw new Error('expected the queue to be there');
    return {
      ready: queue.messages.ready.map(({ body }) => body),
      delayed: queue.messages.delayed.map(({ body }) => body),
    };
  }

  /** Stops the emulator and reopens its files, as a second start of a local run does. */
  async restart(): Promise<void> {
    this.#client.destroy();
    await this.#server.stop();
    this.#server = await serve(this.#directory);
    this.#client = makeSqsClient({ endpoint: endpointOf(this.#server) });
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function serve(dataDir: string): Promise<FauxqsServer> {
  return startFauxqs({ port: 0, host: '127.0.0.1', logger: false, dataDir });
}

function endpointOf(server: FauxqsServer): string {
  return `http://127.0.0.1:${server.port}`;
}
