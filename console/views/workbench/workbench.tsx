import type { ViewProps } from '../../views.ts';

export function Workbench(_props: ViewProps) {
  return <h1>Filters</h1>;
}
