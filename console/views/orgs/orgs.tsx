import type { ViewProps } from '../../view-props.ts';

export function Orgs(_props: ViewProps) {
  return <h1>Orgs</h1>;
}
