import { Flags } from '@oclif/core';
import { KEPT_EVENTS_MAX } from '../../../../src/domain/subscriptions/kept-event-store.ts';
import type { CompiledFilter } from '../../../../src/pipeline/route/filter.ts';
import { tryFilter } from '../../../../src/pipeline/route/try-filter.ts';
import { backtest, backtestText } from '../../../lib/backtest.ts';
import { json, jsonLine } from '../../../lib/display.ts';
import { readEventText, toEvent } from '../../../lib/event-input.ts';
import { EXIT_FAILURE, UsageFailure } from '../../../lib/failure.ts';
import { SAMPLE_EVENT } from '../../../lib/sample-event.ts';
import { AppCommand } from '../../../lib/sluice-command.ts';
import { readTextFile } from '../../../lib/text-file.ts';

export default class FiltersTest extends AppCommand {
  static override description =
    'run a filter on an event, here and as a stream would: prints the result, "dropped", or what is wrong. ' +
    'The event is a CloudEvent or its data alone, from a file or from stdin; a made-up change event if none is given. ' +
    'With --last, runs it on the last events of subscriptions that keep them (--keep-last), and says what a stream would do differently.';
  static override flags = {
    filter: Flags.string({
      char: 'f',
      description: 'Bloblang filter',
      exactlyOne: ['filter', 'filter-file'],
    }),
    'filter-file': Flags.string({ description: 'file with the filter', helpValue: 'FILE' }),
    'event-file': Flags.string({ description: 'file with the event; - is stdin', helpValue: 'FILE' }),
    all: Flags.boolean({
      description: 'the file has one event a line (JSON lines); one line of output for each',
    }),
    last: Flags.integer({
      min: 1,
      max: KEPT_EVENTS_MAX,
      helpValue: 'N',
      description: 'run it on the last N events of each subscription that keeps them',
      exclusive: ['event-file', 'all'],
    }),
    subscription: Flags.string({
      description: 'with --last: only events of this subscription',
      dependsOn: ['last'],
    }),
    stream: Flags.string({
      helpValue: 'SOURCE:TARGET',
      description:
        'with --last: compare with the filter that this stream has now; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      dependsOn: ['last'],
    }),
    json: Flags.boolean({
      char: 'j',
      description: 'with --last: output in json format',
      dependsOn: ['last'],
    }),
  };
  static override examples = [
    `<%= config.bin %> events:filters:test -f 'root = if this.Amount > 100000 { this } else { deleted() }'`,
    '<%= config.bin %> events:filters:test --filter-file crm.blobl --event-file events.jsonl --all',
    '<%= config.bin %> events:filters:test --filter-file crm.blobl --last 100 --stream accountChange:crm -a my-app',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(FiltersTest);
    const source = flags.filter ?? readTextFile(flags['filter-file'] ?? '', 'filter-file');
    // The engine and its library are large, and every start loads this file for its flags.
    const { compileFilter } = await import('../../../../src/pipeline/route/filter.ts');
    const compiled = compileFilter(source);
    if (!compiled.ok) {
      // Do not throw an error: oclif's wrapping and indenting would move the caret.
      this.logToStderr(compiled.message);
      return this.exit(EXIT_FAILURE);
    }
    if (flags.last !== undefined) {
      const results = await backtest(this.openApp(flags), compileFilter, compiled.filter, {
        last: flags.last,
        subscription: flags.subscription,
        streams: flags.stream ?? [],
      });
      return this.log(flags.json ? json(results) : results.map(backtestText).join('\n\n'));
    }
    const input = await readEventText(flags['event-file']);
    if (flags.all) {
      if (input === undefined) throw new UsageFailure('--all: expected events from --event-file or stdin');
      const lines = input.text
        .split('\n')
        .map((line, at): [string, string] => [line, `${input.from}:${at + 1}`]);
      return this.#testAll(compiled.filter, lines);
    }
    if (input === undefined)
      this.logToStderr('No event given: the built-in change event of an opportunity.\n');
    const event = input === undefined ? SAMPLE_EVENT : toEvent(input.text, input.from);
    const result = tryFilter(compiled.filter, event);
    if (result.kind === 'failed') {
      this.logToStderr(result.message);
      return this.exit(EXIT_FAILURE);
    }
    this.log(result.kind === 'dropped' ? 'dropped' : json(result.data));
  }

  #testAll(filter: CompiledFilter, lines: readonly (readonly [line: string, from: string])[]): void {
    const counts = { kept: 0, dropped: 0, failed: 0 };
    for (const [line, from] of lines) {
      if (line.trim() === '') continue;
      const result = tryFilter(filter, toEvent(line, from));
      counts[result.kind] += 1;
      if (result.kind === 'kept') this.log(jsonLine(result.data));
      else if (result.kind === 'dropped') this.log('dropped');
      else this.log(`failed: ${result.message}`);
    }
    this.logToStderr(`\n${counts.kept} kept, ${counts.dropped} dropped, ${counts.failed} failed`);
    if (counts.failed > 0) this.exit(EXIT_FAILURE);
  }
}
