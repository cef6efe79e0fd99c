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
  isSeenByPerson,
  ownSecretFileFlag,
  SECRET_FILE,
  showPublicKey,
  showSecret,
} from '../../../lib/secret-output.ts';
import { type AppApi, AppCommand, createdJsonFlag } from '../../../lib/sluice-command.ts';

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
    const hasPlace = secretFile !== undefined || flags.json;
    if (!hasPlace && !isSeenByPerson() && !(await hasKeyPair(api, nameOrId))) {
      expectPlaceForSecret('the signing secret', SECRET_FILE, hasPlace);
    }
    const { created, isOwn } = await createWithOwnSecret(
      secretFile,
      SECRET_FILE,
      (secret) =>
        withProgress(`Rotating the signing secret of ${nameOrId} on ${api.app}`, () =>
          api.request('POST', path, { grace: flags.grace, signing_secret: secret }),
        ),
      (answer) => publicationOf(answer).signing_secret,
    );
    if (flags.json) return this.log(json(created));
    const { signing_secret: secret, params } = publicationOf(created);
    if (!isOwn && secret !== undefined) {
      showSecret(this, secret, {
        text: 'The receiver verifies the webhook-signature header with this signing secret.',
        file: secretFile,
      });
    }
    const isPublic = showPublicKey(this, params, this.findDestination().apiUrl);
    if (isPublic && secretFile !== undefined) {
      this.logToStderr(`Nothing was written to ${secretFile}: the private key stays in Sluice.`);
    }
    const until = new Map<string, unknown>(Object.entries(params ?? {})).get('former_secret_until');
    if (typeof until === 'string') {
      const former = isPublic ? "former key's" : "former secret's";
      this.logToStderr(`Deliveries have the ${former} signature as well until ${until}.`);
    }
  }
}

/** A publication with a key pair has no secret to show. */
async function hasKeyPair(api: AppApi, nameOrId: string): Promise<boolean> {
  const { params } = publicationOf(await api.request('GET', apiPath`/publications/${nameOrId}`));
  return Object.hasOwn(params ?? {}, 'public_key');
}

function publicationOf(answer: unknown) {
  return expectShape(reading(RotatedPublication), answer, 'the publication');
}
