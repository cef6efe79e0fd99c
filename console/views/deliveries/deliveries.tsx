import type { ViewProps } from '../../views.ts';

export function Deliveries(_props: ViewProps) {
  return <h1>Deliveries</h1>;
}
