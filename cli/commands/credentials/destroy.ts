import { Args } from '@oclif/core';
import * as v from 'valibot';
import { Credential } from '../../../src/management/apps/schema.ts';
import { apiPath } from '../../lib/api-client.ts';
import { confirmByApp } from '../../lib/confirmation.ts';
import { forgetUrlOf } from '../../lib/credentials-file.ts';
import { describeApp } from '../../lib/described-app.ts';
import { Failure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { type AppApi, AppCommand, confirmFlag } from '../../lib/sluice-command.ts';

export default class CredentialsDestroy extends AppCommand {
  static override description =
    'withdraw publish or subscribe credentials: the URL that holds them stops working';
  static override args = { user: Args.string({ required: true, description: 'user, as listed' }) };
  static override flags = { confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CredentialsDestroy);
    const api = this.openApp(flags);
    const { name } = await describeApp(api);
    await confirmByApp(name, flags.confirm, () => findCredential(api, args.user));
    await withProgress(`Destroying credentials ${args.user} on ${name}`, () =>
      api.request('DELETE', apiPath`/credentials/${args.user}`),
    );
    forgetUrlOf(api.destination.credentials, name, args.user);
  }
}

async function findCredential(api: AppApi, user: string): Promise<void> {
  const credentials = await api.get('/credentials', v.array(reading(Credential, 'user')));
  if (credentials.some((credential) => credential.user === user)) return;
  throw new Failure(
    `expected the user of credentials of ${api.app}, found ${user}: \`sluice credentials\` lists them`,
  );
}
