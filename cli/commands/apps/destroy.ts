import { Args } from '@oclif/core';
import { App } from '../../../src/management/apps/schema.ts';
import { apiPath, expectShape } from '../../lib/api-client.ts';
import { appNamedOnce } from '../../lib/app-argument.ts';
import { confirmByApp } from '../../lib/confirmation.ts';
import { forgetUrls } from '../../lib/credentials-file.ts';
import { UsageFailure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, confirmFlag } from '../../lib/sluice-command.ts';

export default class AppsDestroy extends AppCommand {
  static override description = 'destroy an app with everything it owns';
  static override args = {
    app: Args.string({ description: 'name or id of the app; --app does as well', ignoreStdin: true }),
  };
  static override flags = { confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppsDestroy);
    // The default app is never destroyed without being named: too much depends on it.
    const given = appNamedOnce(args.app, flags.app);
    if (given === undefined)
      throw new UsageFailure('expected an app: name it as the argument, or with --app');
    const destination = this.findDestination();
    const client = this.makeClient(destination);
    const path = apiPath`/apps/${given}`;
    const app = expectShape(reading(App), await client.request('GET', path), 'the app');
    // The app was already looked up.
    await confirmByApp(app.name, flags.confirm, async () => {});
    await withProgress(`Destroying app ${app.name}`, () => client.request('DELETE', path));
    forgetUrls(destination.credentials, app.name);
  }
}
