import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Flags } from '@oclif/core';
import { expandHome } from '../../../src/base/expand-home.ts';
import { Failure, UsageFailure } from '../../lib/failure.ts';
import {
  checkRegions,
  manifestOf,
  readOrMakeSecrets,
  writeOwnFile,
} from '../../lib/heroku/addon-manifest.ts';
import { SluiceCommand } from '../../lib/sluice-command.ts';

export default class AddonManifest extends SluiceCommand {
  static override description =
    'write addon-manifest.json, which makes this installation an add-on of Heroku: for heroku addons:admin:manifest:push';
  static override flags = {
    slug: Flags.string({ description: 'name of the add-on at Heroku, for ever: acme-events' }),
    url: Flags.string({
      description: 'https address of the service, as the stack gives it out (ApiUrl)',
      required: true,
    }),
    name: Flags.string({ description: 'what people read; the slug unless given' }),
    prefix: Flags.string({
      description: 'what config vars begin with, such as HEROKUEVENTS; the slug in capitals unless given',
    }),
    region: Flags.string({
      description:
        'where apps may have it: us, eu, the name of a region of private spaces, such as frankfurt, or * for all (repeatable)',
      multiple: true,
      default: ['us', 'eu'],
    }),
    plugin: Flags.string({ description: 'npm name of the CLI plugin that Heroku names', default: 'sluice' }),
    secrets: Flags.string({
      description: 'file with the secrets of the add-on, for the service: read if it exists, or else made',
      default: 'heroku-addon.json',
      helpValue: 'FILE',
    }),
    output: Flags.string({
      char: 'o',
      description: 'the manifest',
      default: 'addon-manifest.json',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({ description: 'overwrite a manifest that is there' }),
  };
  static override examples = [
    '<%= config.bin %> addon:manifest --slug acme-events --prefix HEROKUEVENTS --url https://abc123.execute-api.eu-central-1.amazonaws.com',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(AddonManifest);
    const { slug, url, name, prefix, region: regions, plugin, secrets: secretsFile, output } = flags;
    if (resolve(expandHome(output)) === resolve(expandHome(secretsFile))) {
      throw new UsageFailure(
        `--output: expected another file than that of the secrets (${secretsFile}), which it would overwrite`,
      );
    }
    checkRegions(regions);
    const request = { slug, url, name, prefix, regions, plugin };
    if (!flags.force && existsSync(expandHome(output))) {
      throw new Failure(
        `expected no file ${output} yet, found one: --force overwrites it, --output names another`,
      );
    }
    const { secrets, isNew } = readOrMakeSecrets(secretsFile, request);
    const manifest = manifestOf(secrets, request);
    // Write the secrets first: a manifest is useless when nobody has its password.
    writeOwnFile(secretsFile, secrets);
    writeOwnFile(output, manifest);
    this.log(
      `${output}: the manifest of ${secrets.slug}, with ${isNew ? 'a new password and a new salt' : `the secrets of ${secretsFile}`}.`,
    );
    this.log(`${secretsFile}: the same secrets, for the service.`);
    this.logToStderr(
      [
        '',
        'Both files hold secrets, and only you can read them: keep them out of git.',
        `Next: heroku addons:admin:manifest:push${output === 'addon-manifest.json' ? '' : ` (it reads addon-manifest.json, so rename ${output})`}`,
        ...(secrets.client_secret === ''
          ? [
              `Then write the OAuth client secret, which the Partner Portal shows, into ${secretsFile} as "client_secret".`,
            ]
          : []),
        'Until the service has that file, the add-on is off: docs/heroku.md has all of the way.',
      ].join('\n'),
    );
  }
}
