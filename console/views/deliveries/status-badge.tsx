import { Cut } from '../../parts/cut.tsx';

const COLOURS: Readonly<Record<string, string>> = {
  waiting: 'badge-warn',
  parked: 'badge-warn',
  delivered: 'badge-good',
  rejected: 'badge-bad',
  exhausted: 'badge-bad',
  running: 'badge-warn',
  done: 'badge-good',
};

/** The state of a delivery or of a redrive. */
export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <span class={`badge ${COLOURS[status] ?? ''}`}>
      <Cut text={status} max={40} />
    </span>
  );
}
