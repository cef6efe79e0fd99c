import { Args } from '@oclif/core';
import { CONFIG_VAR_NAMES, configVars } from '../../lib/config-vars.ts';
import { Failure } from '../../lib/failure.ts';
import { AppCommand } from '../../lib/sluice-command.ts';

export default class ConfigGet extends AppCommand {
  static override description = 'print the value of one config var';
  static override args = {
    name: Args.string({ required: true, options: [...CONFIG_VAR_NAMES], description: 'which' }),
  };
  static override examples = ['curl $(<%= config.bin %> config:get HEROKUEVENTS_PUBLISH_URL)/systemStatus …'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigGet);
    const { name, vars } = await configVars(this.openApp(flags));
    const value = vars[args.name];
    if (value === undefined) {
      const isSubscribe = args.name === 'HEROKUEVENTS_SUBSCRIBE_URL';
      throw new Failure(
        isSubscribe
          ? `this computer does not have the subscribe URL of ${name}, which is shown once only: ${this.config.bin} credentials:rotate --subscribe makes another`
          : `this computer does not have the publish URL of ${name}, which is shown once only: ${this.config.bin} credentials:rotate makes another`,
      );
    }
    this.log(value);
  }
}
