import { moment, relative } from './format.ts';

/** A time, and its distance from now. */
export function Moment({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={at} class="moment">
      {moment(atMs)} <span class="quiet-text">({relative(atMs, Date.now())})</span>
    </time>
  );
}

/** Only the distance from now, for narrow places; the full time is in the tooltip. */
export function Ago({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={moment(atMs)}>
      {relative(atMs, Date.now())}
    </time>
  );
}
