import { Flags } from '@oclif/core';
import { configVars } from '../../lib/config-vars.ts';
import { header, json, variables } from '../../lib/display.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

export default class Config extends AppCommand {
  static override description = 'show the config vars of an app, as the add-on would set them';
  static override flags = {
    json: jsonFlag,
    shell: Flags.boolean({ char: 's', description: 'output in shell format', exclusive: ['json'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Config);
    const api = this.openApp(flags);
    const { name, vars } = await configVars(api);
    if (flags.json) this.log(json(vars));
    else if (flags.shell) {
      this.log(
        Object.entries(vars)
          .map(([key, value]) => `${key}='${value.replaceAll("'", "'\\''")}'`)
          .join('\n'),
      );
    } else {
      this.log(header(`${name} Config Vars`));
      this.log(variables(vars));
    }
    if (vars['HEROKUEVENTS_PUBLISH_URL'] === undefined) {
      this.logToStderr(
        `\nHEROKUEVENTS_PUBLISH_URL is shown once, and this computer does not have it: ${this.config.bin} credentials:rotate makes another.`,
      );
    }
    if (vars['HEROKUEVENTS_SUBSCRIBE_URL'] === undefined) {
      this.logToStderr(
        `\nHEROKUEVENTS_SUBSCRIBE_URL is shown once, and this computer does not have it: ${this.config.bin} credentials:rotate --subscribe makes another.`,
      );
    }
  }
}
