import { moment, relative } from './format.ts';

/** A time, and how far it is from now. */
export function Moment({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={at} class="moment">
      {moment(atMs)} <span class="quiet-text">({relative(atMs, Date.now())})</span>
    </time>
  );
}

/** Only how far it is, for where there is little room; the whole of it is one look away. */
export function Ago({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={moment(atMs)}>
      {relative(atMs, Date.now())}
    </time>
  );
}
