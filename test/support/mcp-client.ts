import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import type { Json } from './local-run.ts';

const SLUICE = resolve(import.meta.dirname, '../../bin/run.js');

/** A tool's answer: our words, and the data between the marks. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly words: string;
  /** Parsed; undefined where there is none, or where it was truncated. */
  readonly data: Json | undefined;
}

/** A scripted assistant: the SDK's own client, over the pipes of a real `sluice mcp`. */
export class McpClient {
  readonly client: Client;
  /** The server's output outside the protocol. */
  stderr = '';
  readonly faults: string[] = [];

  private constructor(transport: StdioClientTransport) {
    this.client = new Client({ name: 'test', version: '1' });
    // A line on standard output that is not a protocol message ends up here.
    this.client.onerror = (error) => this.faults.push(error.message);
    transport.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  static async start(
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    sluice: string = SLUICE,
  ): Promise<McpClient> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [sluice, 'mcp', ...args],
      env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env },
      stderr: 'pipe',
    });
    const started = new McpClient(transport);
    await started.client.connect(transport);
    return started;
  }

  async tools(): Promise<readonly Tool[]> {
    return (await this.client.listTools()).tools;
  }

  async call(name: string, given: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> {
    const { content, isError } = await this.client.callTool({ name, arguments: { ...given } });
    const [first] = content as readonly { readonly type: string; readonly text: string }[];
    const text = first?.text ?? '';
    const found = /^([\s\S]*?)\n<data [^>]*>\n([\s\S]*)\n<\/data>$/.exec(text);
    return { isError: isError === true, text, words: found?.[1] ?? text, data: parsed(found?.[2]) };
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

function parsed(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    // Truncated: a test that cares looks at the text.
    return undefined;
  }
}
