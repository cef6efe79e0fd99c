import { Plain } from '../../parts/plain.tsx';
import { SourceText } from '../../parts/source-text.tsx';

/** Where a filter failed: the message names the line, which the current filter shows. */
export function FilterPlace(props: {
  readonly message: string;
  /** Undefined while it is loading, and for a stream that was deleted. */
  readonly filter: string | undefined;
  readonly stream: string;
}) {
  const { message, filter, stream } = props;
  const place = Number(/\(line (\d+)/.exec(message)?.[1] ?? Number.NaN);
  return (
    <div class="section">
      <p class="notice notice-bad">
        The filter failed on this event, and so it was not sent: <Plain text={message} />
      </p>
      {filter !== undefined && (
        <figure class="section">
          <figcaption class="small quiet-text">The filter of {stream} as it is now</figcaption>
          <SourceText text={filter} marked={place} />
        </figure>
      )}
    </div>
  );
}
