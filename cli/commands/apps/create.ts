import { Args } from '@oclif/core';
import { CreatedApp } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { keepUrls } from '../../lib/credentials-file.ts';
import { json, variables } from '../../lib/display.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { createWithSecret, isSeenByPerson, secretFileFlag } from '../../lib/secret-output.ts';
import { createdJsonFlag, SluiceCommand } from '../../lib/sluice-command.ts';

export default class AppsCreate extends SluiceCommand {
  static override description =
    'create an app, with its publish URL, its subscribe URL and its first API token';
  static override args = { name: Args.string({ required: true, description: 'name of the app' }) };
  static override flags = { 'token-file': secretFileFlag('the API token'), json: createdJsonFlag };
  static override examples = ['<%= config.bin %> apps:create my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AppsCreate);
    const destination = this.findDestination();
    const tokenFile = flags['token-file'];
    const answer = await createWithSecret(
      tokenFile,
      'token-file',
      () =>
        withProgress(`Creating app ${args.name}`, () =>
          this.makeClient(destination).request('POST', '/apps', { name: args.name }),
        ),
      (created) => readCreated(created).token,
    );
    const app = readCreated(answer);
    keepUrls(destination.credentials, app.name, {
      publish: app.publish_url,
      // An older service has no subscribe URL.
      subscribe: app.subscribe_url,
    });
    if (flags.json) return this.log(json(answer));
    const kept = `The publish URL and the subscribe URL hold passwords; they are kept in ${destination.credentials.path} and nowhere else.`;
    if (!isSeenByPerson()) {
      this.log(variables({ HEROKUEVENTS_API_URL: app.api_url }));
      const where =
        tokenFile === undefined
          ? `${this.config.bin} tokens:create -a ${app.name} makes one that is printed`
          : `the token is in ${tokenFile}`;
      return this.logToStderr(
        `\nThe output is no terminal: secrets were not printed (--json prints them). For the API, ${where}. ${kept}`,
      );
    }
    this.log(
      variables({
        HEROKUEVENTS_API_URL: app.api_url,
        HEROKUEVENTS_PUBLISH_URL: app.publish_url,
        ...(app.subscribe_url !== undefined && { HEROKUEVENTS_SUBSCRIBE_URL: app.subscribe_url }),
        ...(tokenFile === undefined && { SLUICE_TOKEN: app.token }),
      }),
    );
    this.logToStderr(
      `\nThe token is ${tokenFile === undefined ? 'shown this once: keep it now' : `in ${tokenFile}`}. ${kept}`,
    );
  }
}

function readCreated(answer: unknown) {
  return expectShape(reading(CreatedApp, 'api_url', 'publish_url', 'token'), answer, 'the new app');
}
