import { Args, type Interfaces } from '@oclif/core';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { targetNamed } from '../../src/domain/publications/target-platform.ts';
import { createdPublication } from '../../src/management/publications/schema.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { expectShape } from './api-client.ts';
import { json } from './display.ts';
import { filterWithSource, retryFlag, sourceFlag } from './link-flags.ts';
import { withProgress } from './progress.ts';
import { reading } from './reading.ts';
import { createWithSecret, expectPlaceForSecret, secretFileFlag } from './secret-output.ts';
import { fieldFlags, readSettings, settingFlags } from './setting-flags.ts';
import { AppCommand, createdJsonFlag } from './sluice-command.ts';

const SECRET_FILE = 'secret-file';

/** The command that creates a publication to the platform. */
export function publicationCreate(platform: Platform) {
  const target = targetNamed(TARGETS, platform);
  const { command } = target;
  /** What the platform shows once. */
  const secretOf = (answer: unknown): string | undefined => {
    if (command.shownOnce === undefined) return undefined;
    const publication = expectShape(reading(createdPublication(target)), answer, 'the new publication');
    const value = new Map<string, unknown>(Object.entries(publication)).get(command.shownOnce.field);
    return typeof value === 'string' ? value : undefined;
  };
  return class PublicationCreate extends AppCommand {
    static override description = command.description;
    static override hiddenAliases = [...(command.hiddenAliases ?? [])];
    static override args = { name: Args.string({ required: true, description: command.argument }) };
    static override flags: Interfaces.FlagInput = {
      ...settingFlags(command.flags),
      retry: retryFlag,
      source: sourceFlag,
      filter: filterWithSource,
      json: createdJsonFlag,
      ...(command.shownOnce !== undefined && { [SECRET_FILE]: secretFileFlag(command.shownOnce.what) }),
    };
    static override fieldFlags = fieldFlags(command.flags);
    static override examples = [`<%= config.bin %> ${command.id} ${command.example} -a my-app`];

    async run(): Promise<void> {
      const { args, flags } = await this.parse(PublicationCreate);
      const { retry, source, filter } = flags;
      const api = this.openApp(flags);
      const path = `/platforms/${platform}/publications`;
      const settings = await readSettings(command.flags, flags);
      const body = { name: args.name, ...settings, retry, source, filter };
      const secretFile = flags[SECRET_FILE];
      if (command.shownOnce !== undefined) {
        expectPlaceForSecret(
          command.shownOnce.what,
          SECRET_FILE,
          secretFile !== undefined || flags.json === true,
        );
      }
      const answer = await createWithSecret(
        secretFile,
        SECRET_FILE,
        () => withProgress(`Creating publication ${args.name}`, () => api.request('POST', path, body)),
        (created) => secretOf(created) ?? '',
      );
      if (flags.json === true) return this.log(json(answer));
      const secret = secretOf(answer);
      if (secret === undefined || command.shownOnce === undefined) return;
      const { text } = command.shownOnce;
      if (secretFile !== undefined) return this.logToStderr(`\n${text} It is kept in ${secretFile}.`);
      this.log(secret);
      this.logToStderr(`\n${text} It is shown this once: keep it now.`);
    }
  };
}
