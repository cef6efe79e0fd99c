import { dirname } from 'node:path';
import { Args } from '@oclif/core';
import { expandHome } from '../../src/base/expand-home.ts';
import { applyFlags } from '../lib/setup/apply-flags.ts';
import { AppCommand } from '../lib/sluice-command.ts';
import { readTextFileOrStdin, STDIN } from '../lib/text-file.ts';

export default class Apply extends AppCommand {
  static override description =
    'make an app as a file says, which export wrote or a person: shows the plan, then creates and changes what differs. ' +
    'Safe to repeat. What the file does not have stays, unless --prune is given.';
  static override args = {
    file: Args.string({ required: true, description: 'file with the setup; - is stdin' }),
  };
  static override flags = applyFlags;
  static override examples = [
    '<%= config.bin %> apply sluice.yaml -a my-app --dry-run',
    '<%= config.bin %> apply sluice.yaml -a my-app --secret-folder ~/secrets',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    // These modules are large (they include the YAML parser), and every start loads this file for its flags.
    const { readSetup } = await import('../lib/setup/read-setup.ts');
    const { applySetup } = await import('../lib/setup/apply-setup.ts');
    const from = args.file === STDIN ? 'stdin' : args.file;
    const api = this.openApp(flags);
    const setup = await readSetup(await readTextFileOrStdin(args.file, 'file'), from);
    await applySetup(api, setup, {
      from,
      places: {
        readVariable: (name) => this.readVariable(name),
        folder: args.file === STDIN ? process.cwd() : dirname(expandHome(args.file)),
      },
      flags,
      output: this,
    });
  }
}
