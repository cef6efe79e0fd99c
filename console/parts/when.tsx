/** A time as the person's clock has it; in full, with its zone, where the pointer rests. */
export function When({ at }: { readonly at: string }) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={date.toISOString()}>
      {isToday
        ? date.toLocaleTimeString('en-GB')
        : date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })}
    </time>
  );
}

/** Such as `in 5 min` or `3 h ago`. */
export function fromNow(at: string, nowMs = Date.now()): string {
  const ms = Date.parse(at) - nowMs;
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const text =
    seconds < 60
      ? `${seconds} s`
      : seconds < 3_600
        ? `${Math.round(seconds / 60)} min`
        : seconds < 172_800
          ? `${Math.round(seconds / 3_600)} h`
          : `${Math.round(seconds / 86_400)} days`;
  return ms < 0 ? `${text} ago` : `in ${text}`;
}
