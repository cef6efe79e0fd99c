import * as v from 'valibot';
import { Credential } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keptUrl } from '../../lib/credentials-file.ts';
import { appTitle, describeApp } from '../../lib/described-app.ts';
import { header, json, table } from '../../lib/display.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

export default class Credentials extends AppCommand {
  static override description =
    'list the publish and subscribe credentials of an app; passwords are never shown again';
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Credentials);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/credentials');
    const credentials = expectShape(v.array(reading(Credential, 'user')), answer, 'the credentials');
    if (flags.json) return this.log(json(answer));
    if (credentials.length === 0) return this.log(`No credentials for app ${await appTitle(api)}.`);
    const { name } = await describeApp(api);
    const keptUsers = (['publish', 'subscribe'] as const).flatMap((use) => {
      const kept = keptUrl(api.destination.credentials, name, use);
      return kept === undefined ? [] : [new URL(kept).username];
    });
    this.log(header(`Credentials for app ${name}`));
    this.log(
      table(credentials, [
        { title: 'User', value: (credential) => credential.user },
        { title: 'Use', value: (credential) => credential.use },
        { title: 'Created', value: (credential) => credential.created_at },
        {
          title: 'URL',
          value: ({ user }) => (keptUsers.includes(user) ? 'kept on this computer' : ''),
        },
      ]),
    );
  }
}
