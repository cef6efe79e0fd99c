import { moment } from '../../parts/format.ts';

/** A time in a row of a list, where its distance from now would only take room. */
export function Stamp({ at }: { readonly at: string }) {
  return (
    <time class="stamp" dateTime={at} title={at}>
      {moment(Date.parse(at))}
    </time>
  );
}
