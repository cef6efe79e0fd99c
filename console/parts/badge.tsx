import type { ComponentChildren } from 'preact';

export type Weight = 'good' | 'warn' | 'bad' | 'note';

export function Badge({
  weight,
  children,
}: {
  readonly weight: Weight;
  readonly children: ComponentChildren;
}) {
  return <span class={weight === 'note' ? 'badge' : `badge badge-${weight}`}>{children}</span>;
}
