import { Args, type Interfaces } from '@oclif/core';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { targetNamed } from '../../src/domain/publications/target-platform.ts';
import { createdPublication } from '../../src/management/publications/schema.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { expectShape } from './api-client.ts';
import { json } from './display.ts';
import { UsageFailure } from './failure.ts';
import {
  expectCommasInRetry,
  filterWithSource,
  indexAttemptsFlag,
  rateLimitFlag,
  retryFlag,
  sourceFlag,
} from './link-flags.ts';
import { withProgress } from './progress.ts';
import { reading } from './reading.ts';
import {
  createWithOwnSecret,
  expectPlaceForSecret,
  ownSecretFileFlag,
  SECRET_FILE,
  showPublicKey,
  showSecret,
} from './secret-output.ts';
import { fieldFlags, readSettings, settingFlags } from './setting-flags.ts';
import { AppCommand, createdJsonFlag } from './sluice-command.ts';

/** The command that creates a publication to the platform. */
export function publicationCreate(platform: Platform) {
  const target = targetNamed(TARGETS, platform);
  const { command } = target;
  const publicationOf = (answer: unknown) =>
    expectShape(reading(createdPublication(target)), answer, 'the new publication');
  /** The secret that the platform shows once. */
  const secretOf = (answer: unknown): string | undefined => {
    if (command.shownOnce === undefined) return undefined;
    const value = new Map<string, unknown>(Object.entries(publicationOf(answer))).get(
      command.shownOnce.field,
    );
    return typeof value === 'string' ? value : undefined;
  };
  return class PublicationCreate extends AppCommand {
    static override description = command.description;
    static override hiddenAliases = [...(command.hiddenAliases ?? [])];
    static override args = { name: Args.string({ required: true, description: command.argument }) };
    static override flags: Interfaces.FlagInput = {
      ...settingFlags(command.flags),
      retry: retryFlag,
      'rate-limit': rateLimitFlag,
      'index-attempts': indexAttemptsFlag,
      source: sourceFlag,
      filter: filterWithSource,
      json: createdJsonFlag,
      ...(command.shownOnce !== undefined && { [SECRET_FILE]: ownSecretFileFlag(command.shownOnce.what) }),
    };
    static override fieldFlags = fieldFlags(command.flags);
    static override examples = [`<%= config.bin %> ${command.id} ${command.example} -a my-app`];

    async run(): Promise<void> {
      expectCommasInRetry(this.argv);
      const { args, flags } = await this.parse(PublicationCreate);
      const { retry, 'rate-limit': rate_limit, 'index-attempts': index_attempts, source, filter } = flags;
      const api = this.openApp(flags);
      const path = `/platforms/${platform}/publications`;
      const settings = await readSettings(command.flags, flags);
      const secretFile = flags[SECRET_FILE];
      const unless = command.shownOnce?.unless;
      const hasSecret = unless === undefined || settings[unless.setting] !== unless.value;
      if (!hasSecret && secretFile !== undefined) {
        throw new UsageFailure(`expected no --${SECRET_FILE}: ${unless.text}`);
      }
      if (command.shownOnce !== undefined && hasSecret) {
        expectPlaceForSecret(
          command.shownOnce.what,
          SECRET_FILE,
          secretFile !== undefined || flags.json === true,
        );
      }
      const { created, isOwn } = await createWithOwnSecret(
        secretFile,
        SECRET_FILE,
        (ownSecret) => {
          const own =
            command.shownOnce === undefined || ownSecret === undefined
              ? {}
              : { [command.shownOnce.field]: ownSecret };
          const body = {
            name: args.name,
            ...settings,
            ...own,
            retry,
            rate_limit,
            index_attempts,
            source,
            filter,
          };
          return withProgress(`Creating publication ${args.name}`, () => api.request('POST', path, body));
        },
        secretOf,
      );
      if (flags.json === true) return this.log(json(created));
      if (isOwn || command.shownOnce === undefined) return;
      const secret = secretOf(created);
      if (secret !== undefined) showSecret(this, secret, { ...command.shownOnce, file: secretFile });
      else showPublicKey(this, publicationOf(created).params, this.findDestination().apiUrl);
    }
  };
}
