import { Flags } from '@oclif/core';
import { SETUP_COMMENT, writeSetup } from '../lib/setup/setup-file.ts';
import { AppCommand } from '../lib/sluice-command.ts';

export default class Export extends AppCommand {
  static override description =
    'write what an app has as a file for apply: authorizations, subscriptions, publications and streams. ' +
    'The same app gives the same file, so that it can be kept in a repository. Secrets are named, not written.';
  static override flags = {
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      description: 'file to write to instead of stdout',
    }),
  };
  static override examples = [
    '<%= config.bin %> export -a my-app -o sluice.yaml',
    '<%= config.bin %> export -a my-app | diff sluice.yaml -',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(Export);
    // These modules are large (they include the YAML writer), and every start loads this file for its flags.
    const { currentOf } = await import('../lib/setup/current.ts');
    const { SetupService } = await import('../lib/setup/service.ts');
    const { setupText } = await import('../lib/setup/setup-text.ts');
    const current = currentOf(await new SetupService(this.openApp(flags)).read());
    for (const sentence of current.unknown) this.logToStderr(`Warning: ${sentence}.`);
    const text = setupText(current, SETUP_COMMENT);
    // `log` adds one line break back; further ones may belong to a mapping.
    if (flags.output === undefined) return this.log(text.replace(/\n$/, ''));
    writeSetup(flags.output, text);
    this.logToStderr(`Wrote the setup of the app to ${flags.output}.`);
  }
}
