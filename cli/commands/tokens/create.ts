import { Flags } from '@oclif/core';
import { CreatedToken } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { json } from '../../lib/display.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, createdJsonFlag } from '../../lib/sluice-command.ts';
import { adminFlag, openTokens } from '../../lib/tokens.ts';

export default class TokensCreate extends AppCommand {
  static override description = 'create an API token';
  static override flags = {
    admin: adminFlag,
    label: Flags.string({ char: 'l', description: 'what to call it in the list' }),
    json: createdJsonFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(TokensCreate);
    const { owner, request } = openTokens(flags, this.findDestination(), (to) => this.makeClient(to));
    const answer = await withProgress(`Creating API token for ${owner}`, () =>
      request('POST', '', { ...(flags.label !== undefined && { label: flags.label }) }),
    );
    const created = expectShape(reading(CreatedToken, 'token'), answer, 'the new token');
    if (flags.json) return this.log(json(answer));
    this.log(created.token);
    this.logToStderr('\nThe token is shown this once: keep it now.');
  }
}
