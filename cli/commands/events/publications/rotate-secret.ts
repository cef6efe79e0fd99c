import { Args, Flags } from '@oclif/core';
import { ROTATION_GRACE } from '../../../../src/domain/publications/publication.ts';
import { RotatedPublication } from '../../../../src/management/publications/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { json } from '../../../lib/display.ts';
import { withProgress } from '../../../lib/progress.ts';
import { reading } from '../../../lib/reading.ts';
import {
  createWithOwnSecret,
  expectPlaceForSecret,
  ownSecretFileFlag,
  SECRET_FILE,
  showSecret,
} from '../../../lib/secret-output.ts';
import { AppCommand, createdJsonFlag } from '../../../lib/sluice-command.ts';

export default class PublicationsRotateSecret extends AppCommand {
  static override description =
    'sign deliveries with another secret; until the grace ends, they have the signature of the former one as well';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags = {
    grace: Flags.string({
      description: `how long the former secret signs as well (${ROTATION_GRACE.default} unless given, up to ${ROTATION_GRACE.max}); 0s ends all former secrets at once`,
      helpValue: 'DURATION',
    }),
    [SECRET_FILE]: ownSecretFileFlag('the new signing secret'),
    json: createdJsonFlag,
  };
  static override fieldFlags = { signing_secret: SECRET_FILE };
  static override examples = [
    '<%= config.bin %> events:publications:rotate-secret systemStatus --secret-file new-secret -a my-app',
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsRotateSecret);
    const api = this.openApp(flags);
    const nameOrId = args['pub_name_or_id'];
    const path = apiPath`/publications/${nameOrId}/secret`;
    const secretFile = flags[SECRET_FILE];
    expectPlaceForSecret('the signing secret', SECRET_FILE, secretFile !== undefined || flags.json);
    const { created, isOwn } = await createWithOwnSecret(
      secretFile,
      SECRET_FILE,
      (secret) =>
        withProgress(`Rotating the signing secret of ${nameOrId} on ${api.app}`, () =>
          api.request('POST', path, { grace: flags.grace, signing_secret: secret }),
        ),
      (answer) => publicationOf(answer).signing_secret ?? '',
    );
    if (flags.json) return this.log(json(created));
    const { signing_secret: secret, params } = publicationOf(created);
    if (!isOwn && secret !== undefined) {
      showSecret(this, secret, {
        text: 'The receiver verifies the webhook-signature header with this signing secret.',
        file: secretFile,
      });
    }
    const until = new Map<string, unknown>(Object.entries(params ?? {})).get('former_secret_until');
    if (typeof until === 'string') {
      this.logToStderr(`Deliveries have the former secret's signature as well until ${until}.`);
    }
  }
}

function publicationOf(answer: unknown) {
  return expectShape(reading(RotatedPublication), answer, 'the publication');
}
