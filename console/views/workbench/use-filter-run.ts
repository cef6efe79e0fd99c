import { useEffect, useRef, useState } from 'preact/hooks';
import type { FilterResult } from '../../../src/pipeline/route/try-filter.ts';
import { FilterWorker, reasonOf } from './filter-worker.ts';
import type { Fault, ShownEvent } from './messages.ts';

/** Counted from the last keystroke. */
const REST_MS = 150;

export interface FilterRun {
  /** The text that was checked last. */
  readonly source: string | undefined;
  readonly faults: readonly Fault[];
  readonly result: FilterResult | undefined;
  /** It was stopped, or the engine could not be loaded. */
  readonly trouble: string | undefined;
}

const NOTHING: FilterRun = { source: undefined, faults: [], result: undefined, trouble: undefined };

/** Separate workers for what is typed and for what takes longer; both end with the view. */
export function useFilterWorker(): FilterWorker {
  const worker = useRef<FilterWorker | undefined>(undefined);
  worker.current ??= new FilterWorker();
  const { current } = worker;
  useEffect(() => () => current.end(), [current]);
  return current;
}

/** Checks the text and runs it on the event, shortly after either has changed. */
export function useFilterRun(source: string, event: ShownEvent | undefined): FilterRun {
  const worker = useFilterWorker();
  const [run, setRun] = useState(NOTHING);
  useEffect(() => {
    let isOld = false;
    const settle = (now: Partial<FilterRun>) => {
      if (!isOld) setRun({ ...NOTHING, source, ...now });
    };
    // A stream without a filter passes everything unchanged.
    if (source.trim() === '') {
      settle(event === undefined ? {} : { result: { kind: 'kept', data: event['data'] } });
      return;
    }
    const timer = setTimeout(() => {
      const asked =
        event === undefined
          ? worker.ask<'check'>({ kind: 'check', source })
          : worker.ask<'run'>({ kind: 'run', source, event });
      asked.then(
        (answer) => settle(answer),
        (error: unknown) => settle({ trouble: reasonOf(error) }),
      );
    }, REST_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [worker, source, event]);
  return run;
}
