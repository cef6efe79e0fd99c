import type { ViewProps } from '../../view-props.ts';

export function EventStory(_props: ViewProps) {
  return <h1>Event’s story</h1>;
}
