import * as v from 'valibot';
import { Credential } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keptPublishUrl } from '../../lib/credentials-file.ts';
import { appTitle, describeApp } from '../../lib/described-app.ts';
import { header, json, table } from '../../lib/display.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';

export default class Credentials extends AppCommand {
  static override description = 'list the publish credentials of an app; passwords are never shown again';
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Credentials);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/credentials');
    const credentials = expectShape(v.array(reading(Credential, 'user')), answer, 'the credentials');
    if (flags.json) return this.log(json(answer));
    if (credentials.length === 0) return this.log(`No publish credentials for app ${await appTitle(api)}.`);
    const { name } = await describeApp(api);
    const kept = keptPublishUrl(api.destination.credentials, name);
    const keptUser = kept === undefined ? undefined : new URL(kept).username;
    this.log(header(`Publish credentials for app ${name}`));
    this.log(
      table(credentials, [
        { title: 'User', value: (credential) => credential.user },
        { title: 'Created', value: (credential) => credential.created_at },
        { title: 'Publish URL', value: ({ user }) => (user === keptUser ? 'kept on this computer' : '') },
      ]),
    );
  }
}
