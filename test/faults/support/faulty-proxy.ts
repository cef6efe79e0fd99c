import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { listenOnLoopback, stopServer } from '../../support/loopback-server.ts';

/** A call of an AWS client on its way to an emulator. */
export interface ProxiedCall {
  /** e.g. `SendMessageBatch`. */
  readonly operation: string;
  readonly body: string;
}

/**
 * What becomes of a call. refuse: 503, and the emulator never sees it. half: every second entry of a batch is refused.
 * lose-request: the connection is cut before the emulator sees the call. lose-answer: it is cut after the emulator did
 * its work.
 */
export type Fate = 'pass' | 'refuse' | 'half' | 'lose-request' | 'lose-answer';

/** arrived: the emulator has not seen the call yet; done: it has done its work, and the client does not know yet. */
export type CallPhase = 'arrived' | 'done';

export interface FaultyProxyOptions {
  readonly fate?: (call: ProxiedCall) => Fate;
  /** Called twice for every call; the call continues once the returned promise has settled. */
  readonly onPhase?: (call: ProxiedCall, phase: CallPhase) => Promise<void> | void;
  /** Bodies of the batch entries that the far side accepted, in order. */
  readonly onTaken?: (bodies: readonly string[]) => void;
  /** Bodies of the entries refused from a batch whose other entries were accepted. */
  readonly onRefused?: (bodies: readonly string[]) => void;
}

interface BatchEntry {
  readonly Id: string;
  readonly MessageBody: string;
}
interface BatchAnswer {
  Successful?: { readonly Id: string }[];
  Failed?: object[];
}

const BATCH = 'SendMessageBatch';
const REFUSAL = { Code: 'ServiceUnavailable', Message: 'refused by the test', SenderFault: false };

/** A real HTTP proxy in front of an SQS or DynamoDB emulator. It does to calls what networks and AWS do. */
export class FaultyProxy {
  readonly #upstream: string;
  readonly #options: FaultyProxyOptions;
  readonly #server: Server;
  #endpoint = '';
  fate: (call: ProxiedCall) => Fate;
  onPhase: (call: ProxiedCall, phase: CallPhase) => Promise<void> | void;
  /** How many calls met each fate. */
  readonly counts: Record<Fate, number> = {
    pass: 0,
    refuse: 0,
    half: 0,
    'lose-request': 0,
    'lose-answer': 0,
  };

  private constructor(upstream: string, options: FaultyProxyOptions) {
    this.#upstream = upstream;
    this.#options = options;
    this.fate = options.fate ?? (() => 'pass');
    this.onPhase = options.onPhase ?? (() => undefined);
    this.#server = createServer((incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
    // Clients are killed in the middle of a request on purpose.
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async start(upstream: string, options: FaultyProxyOptions = {}): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(upstream, options);
    proxy.#endpoint = await listenOnLoopback(proxy.#server);
    return proxy;
  }

  get endpoint(): string {
    return this.#endpoint;
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const call = { operation: String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '', body };
    await this.onPhase(call, 'arrived');
    const fate = this.fate(call);
    this.counts[fate] += 1;
    if (fate === 'lose-request') {
      incoming.socket.destroy();
      return;
    }
    if (fate === 'refuse') {
      outgoing.writeHead(503, { 'content-type': 'application/x-amz-json-1.0' });
      outgoing.end(JSON.stringify({ __type: 'ServiceUnavailable', message: REFUSAL.Message }));
      return;
    }
    const { status, contentType, text } = await this.#pass(incoming, call, fate);
    await this.onPhase(call, 'done');
    if (fate === 'lose-answer') {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(status, { 'content-type': contentType });
    outgoing.end(text);
  }

  async #pass(
    incoming: IncomingMessage,
    { operation, body }: ProxiedCall,
    fate: Fate,
  ): Promise<{ status: number; contentType: string; text: string }> {
    if (operation !== BATCH) return this.#forward(incoming, body);
    const batch: { Entries: BatchEntry[] } = JSON.parse(body);
    const refused = fate === 'half' ? batch.Entries.filter((_, index) => index % 2 === 1) : [];
    const passed = batch.Entries.filter((entry) => !refused.includes(entry));
    const answered = await this.#forward(incoming, JSON.stringify({ ...batch, Entries: passed }));
    if (answered.status !== 200) return answered;
    const answer: BatchAnswer = JSON.parse(answered.text);
    const taken = new Set((answer.Successful ?? []).map(({ Id }) => Id));
    this.#options.onTaken?.(passed.filter(({ Id }) => taken.has(Id)).map(({ MessageBody }) => MessageBody));
    if (refused.length === 0) return answered;
    this.#options.onRefused?.(refused.map(({ MessageBody }) => MessageBody));
    const failed = [...(answer.Failed ?? []), ...refused.map(({ Id }) => ({ Id, ...REFUSAL }))];
    return { ...answered, text: JSON.stringify({ ...answer, Failed: failed }) };
  }

  #forward(
    incoming: IncomingMessage,
    body: string,
  ): Promise<{ status: number; contentType: string; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
      const passed = request(this.#upstream, { method: 'POST', headers }, (answer) => {
        textOf(answer).then(
          (text) =>
            resolve({
              status: answer.statusCode ?? 500,
              contentType: answer.headers['content-type'] ?? 'application/x-amz-json-1.0',
              text,
            }),
          reject,
        );
      });
      passed.on('error', reject);
      passed.end(body);
    });
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
