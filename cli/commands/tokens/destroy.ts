import { Args } from '@oclif/core';
import { apiPath } from '../../lib/api-client.ts';
import { withProgress } from '../../lib/progress.ts';
import { AppCommand } from '../../lib/sluice-command.ts';
import { adminFlag, openTokens } from '../../lib/tokens.ts';

export default class TokensDestroy extends AppCommand {
  static override description = 'revoke an API token';
  static override args = { id: Args.string({ required: true, description: 'id of the token, as listed' }) };
  static override flags = { admin: adminFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokensDestroy);
    const { owner, request } = openTokens(flags, this.findDestination(), (to) => this.makeClient(to));
    await withProgress(`Revoking API token ${args.id} of ${owner}`, () =>
      request('DELETE', apiPath`/${args.id}`),
    );
  }
}
