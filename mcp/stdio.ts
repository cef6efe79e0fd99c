import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { type McpSettings, serveMcp } from './serve.ts';

/** Serves the client that started this process, until it ends the conversation. */
export async function serveOnStdio(settings: McpSettings): Promise<void> {
  const transport = new StdioServerTransport();
  // The client is gone and does not wait for an answer.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') settings.onFault(error.message);
    process.exit(0);
  });
  process.stdin.once('end', () => void transport.close());
  await serveMcp(settings, transport);
}
