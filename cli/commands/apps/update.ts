import { Args, Flags } from '@oclif/core';
import { apiPath } from '../../lib/api-client.ts';
import { appNamedOnce } from '../../lib/app-argument.ts';
import { UsageFailure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { AppCommand } from '../../lib/sluice-command.ts';

export default class AppsUpdate extends AppCommand {
  static override description = 'change how long an app keeps what has ended; for administrators';
  static override args = {
    app: Args.string({ description: 'name or id of the app; --app does as well', ignoreStdin: true }),
  };
  static override flags = {
    retention: Flags.string({
      helpValue: 'DURATION',
      description:
        'how long deliveries that ended, history and kept events stay, such as 12h or 30d; from 1h to 90d, in whole hours',
      exactlyOne: ['retention', 'usual-retention'],
    }),
    'usual-retention': Flags.boolean({
      description: 'as the installation keeps them, which is 7d unless it was set',
    }),
  };
  static override examples = ['<%= config.bin %> apps:update my-app --retention 2d'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppsUpdate);
    const destination = this.findDestination();
    const name = appNamedOnce(args.app, flags.app) ?? destination.app;
    if (name === undefined)
      throw new UsageFailure('expected an app: name it as the argument, or set SLUICE_APP');
    await withProgress(`Updating app ${name}`, () =>
      this.makeClient(destination).request('PATCH', apiPath`/apps/${name}`, {
        retention: flags.retention ?? null,
      }),
    );
  }
}
