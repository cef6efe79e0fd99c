import { Args } from '@oclif/core';
import { COMPLETIONS, isShell, SHELLS } from '../lib/completion.ts';
import { describeCommands } from '../lib/describe-commands.ts';
import { UsageFailure } from '../lib/failure.ts';
import { SluiceCommand } from '../lib/sluice-command.ts';

export default class Completion extends SluiceCommand {
  static override description =
    'print the script by which a shell completes commands, flags and names; a host CLI has its own (autocomplete)';
  static override args = {
    shell: Args.string({ required: true, options: [...SHELLS], description: 'which shell' }),
  };
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/sluice.fish',
  ];

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    if (!isShell(args.shell))
      throw new UsageFailure(`expected one of ${SHELLS.join(', ')}, found ${args.shell}`);
    this.log(COMPLETIONS[args.shell](describeCommands(this.config.plugins.values())));
  }
}
