import type { ViewProps } from '../../view-props.ts';

export function Flow(_props: ViewProps) {
  return <h1>Flow</h1>;
}
