import type { ViewProps } from '../../views.ts';

export function EventStory(_props: ViewProps) {
  return <h1>Event’s story</h1>;
}
