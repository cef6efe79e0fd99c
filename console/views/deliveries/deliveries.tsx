import type { ViewProps } from '../../view-props.ts';

export function Deliveries(_props: ViewProps) {
  return <h1>Deliveries</h1>;
}
