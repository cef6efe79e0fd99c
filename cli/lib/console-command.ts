import { Flags, ux } from '@oclif/core';
import { ConsoleLink } from '../../src/management/console/schema.ts';
import { expectShape } from './api-client.ts';
import { openBrowser } from './browser.ts';
import type { Destination } from './destination.ts';
import { json } from './display.ts';
import { withProgress } from './progress.ts';
import { reading } from './reading.ts';
import { AppCommand, createdJsonFlag } from './sluice-command.ts';

/** `console`, and `events:console` for host CLIs, which know only what is below `events`. */
export function consoleCommand(...examples: readonly string[]) {
  return class ConsoleCommand extends AppCommand {
    static override description =
      "open the console in a browser: how events flow, any event's story, deliveries, filters and orgs. " +
      'Prints a link that is good once, within a minute, for a session of an hour with what the token may, and on a terminal opens it. With --app or SLUICE_APP the session is of that app alone';
    static override flags = {
      open: Flags.boolean({
        description: 'open the browser; with --no-open the link is only printed',
        default: true,
        allowNo: true,
      }),
      json: createdJsonFlag,
    };
    static override examples = [...examples];

    async run(): Promise<void> {
      const { flags } = await this.parse(ConsoleCommand);
      const destination = this.findDestination();
      const app = this.#app(flags.app, destination);
      const client = this.makeClient(destination);
      const answer = await withProgress('Making a link to the console', () =>
        client.request('POST', '/console/links', { ...(app !== undefined && { app }) }),
      );
      const link = expectShape(reading(ConsoleLink, 'url'), answer, 'the link');
      if (flags.json) return this.log(json(answer));
      this.log(link.url);
      this.logToStderr('The link is good once, within a minute.');
      // Without a terminal, nobody is there to use the browser.
      if (!flags.open || !process.stdout.isTTY) return;
      if (!(await openBrowser(link.url, undefined))) ux.warn('Cannot open a browser: open the link in one.');
    }

    /** The app that a person named. A local run's default app does not count: its token sees all apps. */
    #app(flag: string | undefined, { app, shownAs, localRun }: Destination): string | undefined {
      // The app has another name on Heroku.
      if (shownAs !== undefined) return app;
      const isNamed = localRun === undefined || (this.environment.SLUICE_APP ?? '').trim() !== '';
      return flag ?? (isNamed ? app : undefined);
    }
  };
}
