import type { ViewProps } from '../../views.ts';

export function Flow(_props: ViewProps) {
  return <h1>Flow</h1>;
}
