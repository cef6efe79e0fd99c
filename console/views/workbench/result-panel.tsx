import { printJson } from '../../api/json.ts';
import { Cut } from '../../parts/cut.tsx';
import { Payload } from '../../parts/payload.tsx';
import type { ShownEvent } from './messages.ts';
import type { FilterRun } from './use-filter-run.ts';

/** What a stream with this filter would make of the event. */
export function ResultPanel({
  run,
  event,
}: {
  readonly run: FilterRun;
  readonly event: ShownEvent | undefined;
}) {
  return (
    <section class="section result" aria-labelledby="result-title">
      <h2 id="result-title">Result</h2>
      <Result run={run} event={event} />
    </section>
  );
}

function Result({ run: { source, result, trouble, faults }, event }: Parameters<typeof ResultPanel>[0]) {
  if (trouble !== undefined) {
    return (
      <p class="notice notice-bad" role="alert">
        <Cut text={trouble} />
      </p>
    );
  }
  if (source === undefined) return <p class="quiet-text">Loading the engine …</p>;
  if (result === undefined) {
    return (
      <p class="quiet-text">
        {faults.length > 0 ? 'The filter does not compile yet.' : 'There is no event to try it on.'}
      </p>
    );
  }
  switch (result.kind) {
    case 'dropped':
      return (
        <p role="status">
          <span class="badge">Dropped</span> This event is not delivered.
        </p>
      );
    case 'failed':
      return (
        <>
          <p role="status">
            <span class="badge badge-bad">Fails</span> The stream would keep a rejected delivery of this
            event, with this error:
          </p>
          <Payload text={result.message} name="The error" />
        </>
      );
    case 'kept': {
      const json = printJson(result.data);
      return (
        <>
          <p role="status">
            <span class="badge badge-good">Passes</span>{' '}
            {json === printJson(event?.['data']) ? 'With its data as it is.' : 'With this data:'}
          </p>
          <Payload text={json} name="The data that is delivered" />
        </>
      );
    }
  }
}
