import { Flags } from '@oclif/core';
import { CreatedCredential } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keepUrls } from '../../lib/credentials-file.ts';
import { describeApp } from '../../lib/described-app.ts';
import { json } from '../../lib/display.ts';
import { Failure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, createdJsonFlag } from '../../lib/sluice-command.ts';

export default class CredentialsRotate extends AppCommand {
  static override description =
    'make a new publish URL, or subscribe URL. The one before it goes on working until it is destroyed; an app has two of each at most.';

  static override flags = {
    subscribe: Flags.boolean({ description: 'the subscribe URL, from which events are pulled' }),
    json: createdJsonFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(CredentialsRotate);
    const api = this.openApp(flags);
    const { name } = await describeApp(api);
    const use = flags.subscribe ? 'subscribe' : 'publish';
    const answer = await withProgress(`Creating ${use} credentials for ${name}`, () =>
      // An older service does not know `use`, so send it only when needed.
      api.request('POST', '/credentials', flags.subscribe ? { use } : {}),
    );
    const what = `the new ${use} credentials`;
    const created = expectShape(reading(CreatedCredential, 'user'), answer, what);
    const url = use === 'publish' ? created.publish_url : created.subscribe_url;
    if (url === undefined) throw new Failure(`expected ${what} with their URL, found an answer without it`);
    keepUrls(api.destination.credentials, name, { [use]: url });
    if (flags.json) return this.log(json(answer));
    this.log(url);
    this.logToStderr(
      `\nThe URL holds a password and is shown this once; it is kept in ${api.destination.credentials.path}.\n` +
        `Once nothing uses the former one, withdraw it: ${this.config.bin} credentials:destroy USER -a ${name}`,
    );
  }
}
