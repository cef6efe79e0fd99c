import { backtest } from '../cli/lib/backtest.ts';
import { toEvent } from '../cli/lib/event-input.ts';
import { Failure } from '../cli/lib/failure.ts';
import { SAMPLE_EVENT } from '../cli/lib/sample-event.ts';
import { type JsonObject, stringifyJson } from '../src/base/json.ts';
import { KEPT_EVENTS_MAX } from '../src/domain/subscriptions/kept-event-store.ts';
import { type FilterResult, tryFilter } from '../src/pipeline/route/try-filter.ts';
import { jsonOf } from './json-of.ts';
import type { ToolResult } from './result-text.ts';
import { ArgumentFailure, expectArguments, type Tool, textOf, type Workbench } from './tool.ts';
import { shownValue } from './withheld.ts';

const FIELDS = {
  filter: { type: 'string', description: 'Bloblang; `root = deleted()` drops an event' },
  event: {
    type: 'object',
    description:
      'a CloudEvent, or its data alone; without it and "last", a made-up change event of an opportunity',
  },
  last: {
    type: 'integer',
    minimum: 1,
    maximum: KEPT_EVENTS_MAX,
    description:
      'run it on the last events of the subscriptions that keep them (keep_last), in place of "event"',
  },
  subscription: { type: 'string', description: 'with "last": only events of this subscription' },
  stream: {
    type: 'string',
    description: 'with "last": SOURCE:TARGET, a stream with whose present filter to compare',
  },
} satisfies Tool['fields'];

/** Tests a filter in this process, like `sluice events:filters:test`. It changes nothing. */
export function testFilter(workbench: Workbench): Tool {
  const tool = {
    name: 'test_filter',
    description:
      'Try a filter of a stream without changing anything: whether it compiles (with line, column and what was expected), and what it makes of an event that is given here, or of the last events that subscriptions kept. Use it before create_stream and change_stream',
    effect: 'read',
    isAdmin: false,
    fields: FIELDS,
    required: ['filter'],
  } as const;
  return {
    ...tool,
    run: (given) => {
      expectArguments(tool, given);
      return tried(workbench, given);
    },
  };
}

async function tried(workbench: Workbench, given: JsonObject): Promise<ToolResult> {
  // The engine and its library are large, and most sessions test no filter.
  const { compileFilter } = await import('../src/pipeline/route/filter.ts');
  const compiled = compileFilter(textOf(given, 'filter') ?? '');
  if (!compiled.ok) throw new Failure(`the filter does not compile:\n${compiled.message}`);
  const last = lastOf(given['last']);
  if (last === undefined) {
    const event = given['event'];
    const result = tryFilter(
      compiled.filter,
      event === undefined ? SAMPLE_EVENT : toEvent(stringifyJson(event), '"event"'),
    );
    const what = event === undefined ? 'A made-up change event of an opportunity' : 'The event';
    // The assistant itself provided the event, so the result may quote it.
    return { words: `The filter compiles. ${what} ${SENTENCES[result.kind]}.`, data: jsonOf(result) };
  }
  const results = await backtest(workbench.connect(), compileFilter, compiled.filter, {
    last,
    subscription: textOf(given, 'subscription'),
    streams: [textOf(given, 'stream')].filter((stream) => stream !== undefined),
  });
  const words = results.map(
    ({ subscription, events, passed, dropped, failed }) =>
      `Of the last ${events} events of ${subscription}, ${passed} would pass, ${dropped} be dropped and ${failed} fail.`,
  );
  return {
    words: ['The filter compiles.', ...words].join(' '),
    data: shownValue(jsonOf(results), workbench.showsPayloads),
  };
}

const SENTENCES: Readonly<Record<FilterResult['kind'], string>> = {
  kept: 'passes, and its data is then as below',
  dropped: 'is dropped',
  failed: 'makes it fail, for the reason below',
};

function lastOf(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= KEPT_EVENTS_MAX)
    return given;
  throw new ArgumentFailure(
    `expected "last" to be a whole number from 1 to ${KEPT_EVENTS_MAX}, found ${JSON.stringify(given)}`,
  );
}
