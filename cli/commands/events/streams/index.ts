import * as v from 'valibot';
import { Stream } from '../../../../src/management/streams/schema.ts';
import { expectShape } from '../../../lib/api-client.ts';
import { appTitle } from '../../../lib/described-app.ts';
import { header, json, table } from '../../../lib/display.ts';
import { reading } from '../../../lib/reading.ts';
import { AppCommand, jsonFlag } from '../../../lib/sluice-command.ts';

const ORDER = {
  title: 'Order',
  value: ({
    ordered,
    key,
  }: {
    readonly ordered?: boolean | undefined;
    readonly key?: string | null | undefined;
  }) => (ordered === true ? `by ${key ?? 'its key'}` : undefined),
};

export default class Streams extends AppCommand {
  static override description = 'list Heroku Events streams for an app';
  static override flags = { json: jsonFlag };
  static override examples = ['<%= config.bin %> events:streams -a my-app'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Streams);
    const api = this.openApp(flags);
    const answer = await api.request('GET', '/streams');
    const streams = expectShape(v.array(reading(Stream, 'source', 'target')), answer, 'the streams');
    if (flags.json) return this.log(json(answer));
    if (streams.length === 0) return this.log(`No Heroku Events streams for app ${await appTitle(api)}.`);
    this.log(header(`Heroku Events streams for app ${await appTitle(api)}`));
    this.log(
      table(streams, [
        { title: 'Source', value: (stream) => stream.source.name },
        { title: 'Target', value: (stream) => stream.target.name },
        // The pilot had no ordering: its output stays the same unless a stream is ordered.
        ...(streams.some(({ ordered }) => ordered === true) ? [ORDER] : []),
        { title: 'Filter', value: (stream) => stream.filter },
        ...(streams.some(({ trace_drops }) => trace_drops)
          ? [
              {
                title: 'Traces drops',
                value: ({ trace_drops }: (typeof streams)[number]) => (trace_drops ? 'yes' : ''),
              },
            ]
          : []),
      ]),
    );
  }
}
