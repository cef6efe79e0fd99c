import { Args } from '@oclif/core';
import { Publication } from '../../../../src/management/publications/schema.ts';
import { apiPath, expectShape } from '../../../lib/api-client.ts';
import { backlogText } from '../../../lib/backlog.ts';
import { breakerText } from '../../../lib/breakers.ts';
import { json, keyValues } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

export default class PublicationsInfo extends AppCommand {
  static override description = 'show a Heroku Events publication';
  static override args = {
    pub_name_or_id: Args.string({ required: true, description: 'name or id of the publication' }),
  };
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:publications:info systemStatus -a my-app'];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PublicationsInfo);
    const answer = await this.openApp(flags).request('GET', apiPath`/publications/${args.pub_name_or_id}`);
    const publication = expectShape(reading(Publication, 'platform', 'params'), answer, 'the publication');
    if (flags.json) return this.log(json(answer));
    const {
      id,
      name,
      platform,
      params,
      state,
      state_reason,
      breaker,
      drain_rate,
      retry,
      rate_limit,
      attempts_indexed_since,
      backlog,
      created_at,
      sources,
    } = publication;
    this.log(
      keyValues({
        ...params,
        id,
        name,
        platform,
        state,
        reason: state_reason,
        breaker: breakerText(breaker),
        drain_rate,
        ...backlogText(backlog),
        retry: retry?.join(', '),
        rate_limit,
        attempts_indexed_since,
        created_at,
        sources: sources?.map((source) => source.name).join(', '),
      }),
    );
  }
}
