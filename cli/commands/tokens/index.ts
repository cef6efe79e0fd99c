import * as v from 'valibot';
import { Token } from '../../../src/management/apps/schema.ts';
import { expectShape } from '../../lib/api-client.ts';
import { header, json, table } from '../../lib/display.ts';
import { reading } from '../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../lib/sluice-command.ts';
import { adminFlag, openTokens } from '../../lib/tokens.ts';

export default class Tokens extends AppCommand {
  static override description = 'list API tokens; the tokens themselves are never shown again';
  static override flags = { admin: adminFlag, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Tokens);
    const { owner, request } = openTokens(flags, this.findDestination(), (to) => this.makeClient(to));
    const answer = await request('GET', '');
    const tokens = expectShape(v.array(reading(Token)), answer, 'the tokens');
    if (flags.json) return this.log(json(answer));
    if (tokens.length === 0) return this.log(`No API tokens for ${owner}.`);
    this.log(header(`API tokens for ${owner}`));
    this.log(
      table(tokens, [
        { title: 'Id', value: (token) => token.id },
        { title: 'Label', value: (token) => token.label },
        { title: 'Created', value: (token) => token.created_at },
      ]),
    );
  }
}
