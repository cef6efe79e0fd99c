import { Args } from '@oclif/core';
import { apiPath } from '../../lib/api-client.ts';
import { confirmByApp } from '../../lib/confirmation.ts';
import { forgetPublishUrl, keptPublishUrl } from '../../lib/credentials-file.ts';
import { describeApp } from '../../lib/described-app.ts';
import { withProgress } from '../../lib/progress.ts';
import { AppCommand, confirmFlag } from '../../lib/sluice-command.ts';

export default class CredentialsDestroy extends AppCommand {
  static override description = 'withdraw publish credentials: the URL that holds them stops working';
  static override args = { user: Args.string({ required: true, description: 'user, as listed' }) };
  static override flags = { confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CredentialsDestroy);
    const api = this.openApp(flags);
    const { name } = await describeApp(api);
    await confirmByApp(name, flags.confirm);
    await withProgress(`Destroying publish credentials ${args.user} on ${name}`, () =>
      api.request('DELETE', apiPath`/credentials/${args.user}`),
    );
    const { credentials } = api.destination;
    const kept = keptPublishUrl(credentials, name);
    if (kept !== undefined && new URL(kept).username === args.user) forgetPublishUrl(credentials, name);
  }
}
