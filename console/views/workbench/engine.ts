import { parseJson } from '../../../src/base/json.ts';
import { compile } from '../../../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../../src/bloblang/stdlib/registry-extended.ts';
import { type CompiledFilter, compileFilter, compileMapping } from '../../../src/pipeline/route/filter.ts';
import { differenceOf, type FilterResult, tryFilter } from '../../../src/pipeline/route/try-filter.ts';
import { faultOf, runFaultOf } from './faults.ts';
import type { Answers, BacktestReport, Example, Fault, Question, ShownEvent } from './messages.ts';

type Event = Parameters<CompiledFilter['apply']>[0];

// What the worker does: runs the service's own filters on events, with the same built-ins and the same limits.

/** How often a backtest reports progress, so that a stopped one has something to show. */
const PROGRESS_EVERY_MS = 200;
const EXAMPLES_OF_A_KIND = 2;

export function answer(
  question: Question,
  report: (progress: BacktestReport) => void,
): Answers[keyof Answers] {
  switch (question.kind) {
    case 'check':
      return { faults: check(question.source) };
    case 'run':
      return run(question.source, question.event);
    case 'backtest':
      return backtest(question, report);
    case 'generate':
      return generate(question.mapping);
  }
}

function check(source: string): Fault[] {
  const compiled = compile(source, { definitions: EXTENDED_DEFINITIONS });
  return compiled.ok ? [] : compiled.diagnostics.map((diagnostic) => faultOf(source, diagnostic));
}

function run(source: string, event: ShownEvent): Answers['run'] {
  const compiled = compileFilter(source);
  if (!compiled.ok) return { faults: check(source) };
  const result = tryFilter(compiled.filter, eventOf(event));
  const fault = result.kind === 'failed' ? runFaultOf(source, result.message) : undefined;
  return { faults: fault === undefined ? [] : [fault], result };
}

/** Missing attributes are filled in: a filter sees the event's data, and hardly ever more. */
function eventOf(event: ShownEvent): Event {
  return { id: '', source: 'workbench', type: 'workbench', ...event, specversion: '1.0' };
}

function compiledOrRefusal(source: string | null, whose: string): CompiledFilter | null | string {
  if (source === null) return null;
  const compiled = compileFilter(source);
  return compiled.ok ? compiled.filter : `${whose} does not compile:\n${compiled.message}`;
}

function backtest(
  { source, current, events }: Extract<Question, { kind: 'backtest' }>,
  report: (progress: BacktestReport) => void,
): BacktestReport {
  const counts = { kept: 0, dropped: 0, failed: 0 };
  const examples: Record<FilterResult['kind'], Example[]> = { kept: [], dropped: [], failed: [] };
  const changes = new Map<string, { events: number; example: string }>();
  let tried = 0;
  let same = 0;
  const now = (refusal?: string): BacktestReport => ({
    events: events.length,
    tried,
    ...counts,
    examples: [...examples.kept, ...examples.dropped, ...examples.failed],
    comparison: current && { same, changes: [...changes].map(([what, change]) => ({ what, ...change })) },
    refusal,
  });
  const then = compiledOrRefusal(source, 'The filter');
  if (typeof then === 'string') return now(then);
  const before = compiledOrRefusal(current?.source ?? null, 'The filter that the stream has now');
  if (typeof before === 'string') return now(before);
  let reportedAtMs = performance.now();
  // Oldest first, as a stream would see them: a filter may count. Only the newest examples are retained.
  for (const shown of events) {
    const event = eventOf(shown);
    const result = tryFilter(then, event);
    counts[result.kind] += 1;
    examples[result.kind] = [exampleOf(event, result), ...examples[result.kind]].slice(0, EXAMPLES_OF_A_KIND);
    if (current !== undefined) {
      const what = differenceOf(tryFilter(before, event), result);
      if (what === undefined) same += 1;
      else changes.set(what, { events: (changes.get(what)?.events ?? 0) + 1, example: event.id });
    }
    tried += 1;
    if (performance.now() - reportedAtMs < PROGRESS_EVERY_MS) continue;
    reportedAtMs = performance.now();
    report(now());
  }
  return now();
}

function exampleOf(event: Event, result: FilterResult): Example {
  const common = { kind: result.kind, eventId: event.id };
  switch (result.kind) {
    case 'kept':
      return { ...common, data: result.data };
    case 'dropped':
      return { ...common, data: event.data };
    case 'failed':
      return { ...common, message: result.message };
  }
}

function generate(mapping: string): Answers['generate'] {
  const compiled = compileMapping(mapping);
  if (!compiled.ok) return { refusal: compiled.fault.message };
  const outcome = compiled.run(Date.now());
  switch (outcome.kind) {
    case 'made':
      return { data: parseJson(outcome.dataJson) };
    case 'dropped':
      return { refusal: "the subscription's mapping dropped this one" };
    case 'failed':
      return { refusal: outcome.fault.message };
  }
}
