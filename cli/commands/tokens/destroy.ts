import { Args, ux } from '@oclif/core';
import * as v from 'valibot';
import { Token } from '../../../src/management/apps/schema.ts';
import { apiPath, expectShape } from '../../lib/api-client.ts';
import { confirmByApp } from '../../lib/confirmation.ts';
import { Failure } from '../../lib/failure.ts';
import { withProgress } from '../../lib/progress.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, confirmFlag } from '../../lib/sluice-command.ts';
import { adminFlag, openTokens, type TokensOf } from '../../lib/tokens.ts';

export default class TokensDestroy extends AppCommand {
  static override description = 'revoke an API token';
  static override args = { id: Args.string({ required: true, description: 'id of the token, as listed' }) };
  static override flags = { admin: adminFlag, confirm: confirmFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokensDestroy);
    const tokens = openTokens(flags, this.findDestination(), (to) => this.makeClient(to));
    const { owner, confirmation, request } = tokens;
    await confirmByApp(
      confirmation,
      flags.confirm,
      () => findToken(tokens, args.id),
      `whoever uses the token`,
    );
    await withProgress(`Revoking API token ${args.id} of ${owner}`, () =>
      request('DELETE', apiPath`/${args.id}`),
    );
  }
}

async function findToken({ owner, request }: TokensOf, id: string): Promise<void> {
  const tokens = expectShape(v.array(reading(Token)), await request('GET', ''), 'the tokens');
  if (!tokens.some((token) => token.id === id)) {
    throw new Failure(
      `expected the id of an API token of ${owner}, found ${id}: \`sluice tokens\` lists them`,
    );
  }
  if (tokens.length === 1) ux.warn(`It is the last token of ${owner}.`);
}
