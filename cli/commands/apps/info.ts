import { Args } from '@oclif/core';
import { App } from '../../../src/management/apps/schema.ts';
import { apiPath, expectShape } from '../../lib/api-client.ts';
import { appNamedOnce } from '../../lib/app-argument.ts';
import { json, keyValues } from '../../lib/display.ts';
import { UsageFailure } from '../../lib/failure.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

export default class AppsInfo extends AppCommand {
  static override description = 'show an app';
  static override args = {
    app: Args.string({ description: 'name or id of the app; --app does as well', ignoreStdin: true }),
  };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppsInfo);
    const destination = this.findDestination();
    const name = appNamedOnce(args.app, flags.app) ?? destination.app;
    if (name === undefined)
      throw new UsageFailure('expected an app: name it as the argument, or set SLUICE_APP');
    const answer = await this.makeClient(destination).request('GET', apiPath`/apps/${name}`);
    const app = expectShape(reading(App), answer, 'the app');
    this.log(flags.json ? json(answer) : keyValues(app));
  }
}
