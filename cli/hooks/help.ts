import { type Command, Help } from '@oclif/core';

/** The help of `sluice`; a host CLI has its own. */
export default class SluiceHelp extends Help {
  /** Lists all commands at once: a list of topics would hide them. */
  protected override async showRootHelp(): Promise<void> {
    this.log(this.formatRoot());
    this.log('');
    this.log(this.formatCommands(this.sortedCommands));
    this.log('');
    this.log(`${this.config.bin} help COMMAND shows the arguments and flags of one.`);
  }

  /** A list shows only the first sentence. */
  protected override summary(command: Command.Loadable): string | undefined {
    return super.summary(command)?.replace(/(?<=[\w)])[.:;] .*$/s, '');
  }
}
