import type { ViewProps } from '../../view-props.ts';

export function Workbench(_props: ViewProps) {
  return <h1>Filters</h1>;
}
