import { Flags } from '@oclif/core';
import { AppCommand } from '../lib/sluice-command.ts';

export default class Mcp extends AppCommand {
  static override description =
    'serve an assistant (Model Context Protocol, over stdin and stdout): tools for one app, with the rights of the token that the other commands use. ' +
    'Reads only, and shows no payloads, unless flags say otherwise';
  static override flags = {
    write: Flags.boolean({
      description: 'also tools that change things; those that destroy ask for the name of the app',
    }),
    payloads: Flags.boolean({
      description: 'show payloads of events and answers of receivers, which are withheld otherwise',
    }),
  };
  static override examples = [
    'claude mcp add sluice -- <%= config.bin %> mcp --app my-app',
    '<%= config.bin %> mcp --app my-app --write',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Mcp);
    if (process.stdin.isTTY) {
      this.logToStderr(
        'This speaks the Model Context Protocol with the client that starts it, and waits for one now: docs/mcp.md says how to set one up. Ctrl-C ends it.',
      );
    }
    // No other command needs the protocol and its schemas.
    const { serveOnStdio } = await import('../../mcp/stdio.ts');
    await serveOnStdio({
      version: this.config.version,
      root: this.config.root,
      connect: () => this.openApp(flags),
      allowsWrites: flags.write,
      showsPayloads: flags.payloads,
      onFault: (message) => this.logToStderr(message),
    });
  }
}
