import { Args, type Interfaces } from '@oclif/core';
import type { Platform } from '../../src/domain/publications/publication.ts';
import { targetNamed } from '../../src/domain/publications/target-platform.ts';
import { createdPublication } from '../../src/management/publications/schema.ts';
import { TARGETS } from '../../src/platforms/targets.ts';
import { expectShape } from './api-client.ts';
import { filterWithSource, retryFlag, sourceFlag } from './link-flags.ts';
import { withProgress } from './progress.ts';
import { reading } from './reading.ts';
import { settingFlags, settingsOf } from './setting-flags.ts';
import { AppCommand } from './sluice-command.ts';

/** The command that creates a publication to the platform. */
export function publicationCreate(platform: Platform) {
  const target = targetNamed(TARGETS, platform);
  const { command } = target;
  return class PublicationCreate extends AppCommand {
    static override description = command.description;
    static override hiddenAliases = [...(command.hiddenAliases ?? [])];
    static override args = { name: Args.string({ required: true, description: command.argument }) };
    static override flags: Interfaces.FlagInput = {
      ...settingFlags(command.flags),
      retry: retryFlag,
      source: sourceFlag,
      filter: filterWithSource,
    };
    static override examples = [`<%= config.bin %> ${command.id} ${command.example} -a my-app`];

    async run(): Promise<void> {
      const { args, flags } = await this.parse(PublicationCreate);
      const { retry, source, filter } = flags;
      const api = this.openApp(flags);
      const path = `/platforms/${platform}/publications`;
      const body = { name: args.name, ...settingsOf(command.flags, flags), retry, source, filter };
      const answer = await withProgress(`Creating publication ${args.name}`, () =>
        api.request('POST', path, body),
      );
      if (command.shownOnce === undefined) return;
      const { field, text } = command.shownOnce;
      const publication = expectShape(reading(createdPublication(target)), answer, `POST ${path}`);
      const value = new Map<string, unknown>(Object.entries(publication)).get(field);
      if (typeof value !== 'string') return;
      this.log(value);
      this.logToStderr(`\n${text}`);
    }
  };
}
