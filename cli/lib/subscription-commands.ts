import { Args, Flags, type Interfaces } from '@oclif/core';
import { sourceNamed } from '../../src/domain/subscriptions/source-platform.ts';
import type { SourceName } from '../../src/domain/subscriptions/subscription.ts';
import { Subscription } from '../../src/management/subscriptions/schema.ts';
import { SOURCES } from '../../src/platforms/sources.ts';
import { expectShape } from './api-client.ts';
import { json } from './display.ts';
import { filterWithTarget, keepLastFlag } from './link-flags.ts';
import { withProgress } from './progress.ts';
import { reading } from './reading.ts';
import { fieldFlags, readSettings, settingFlags } from './setting-flags.ts';
import { AppCommand, createdJsonFlag } from './sluice-command.ts';

/** The command that creates a subscription to the platform. */
export function subscriptionCreate(platform: SourceName) {
  const { command } = sourceNamed(SOURCES, platform);
  return class SubscriptionCreate extends AppCommand {
    static override description = command.description;
    static override hiddenAliases = [...(command.hiddenAliases ?? [])];
    static override args = { name: Args.string({ required: true, description: command.argument }) };
    static override flags: Interfaces.FlagInput = {
      ...settingFlags(command.flags),
      target: Flags.string({
        description: 'name or id of the publication to link as target',
        ...(command.targetChar !== undefined && { char: command.targetChar }),
      }),
      filter: filterWithTarget,
      'keep-last': keepLastFlag,
      json: createdJsonFlag,
    };
    static override fieldFlags = fieldFlags(command.flags);
    static override examples = [`<%= config.bin %> ${command.id} ${command.example} -a my-app`];

    async run(): Promise<void> {
      const { args, flags } = await this.parse(SubscriptionCreate, withOlderTarget(this.argv));
      const { target, filter, 'keep-last': keepLast } = flags;
      const body = {
        name: args.name,
        ...(await readSettings(command.flags, flags)),
        target,
        filter,
        keep_last: keepLast,
      };
      const api = this.openApp(flags);
      const answer = await withProgress(`Creating ${command.noun} ${args.name}`, () =>
        api.request('POST', `/platforms/${platform}/subscriptions`, body),
      );
      if (flags.json === true) return this.log(json(answer));
      const { inbound_url: url } = expectShape(reading(Subscription), answer, 'the new subscription');
      if (url !== undefined) this.log(url);
    }
  };
}

/** In the pilot's first version, `-e` gave the topic and `-t` the target. If both are given, they keep that meaning. */
function withOlderTarget(argv: readonly string[]): string[] {
  const isOlder = argv.some((word) => /^(-e|--event(=|$))/.test(word));
  return argv.map((word) =>
    isOlder ? word.replace(/^-t$/, '--target').replace(/^-t=?(?=.)/, '--target=') : word,
  );
}
