import type { ViewProps } from '../../views.ts';

export function Orgs(_props: ViewProps) {
  return <h1>Orgs</h1>;
}
