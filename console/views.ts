import type { ComponentType } from 'preact';
import type { ViewProps } from './view-props.ts';

export interface View {
  readonly title: string;
  /** Whether the view is in the navigation; the others are reached by links on the things that they show. */
  readonly listed: boolean;
  readonly load: () => Promise<ComponentType<ViewProps>>;
}

/** By the second part of the address. Each view is a script file of its own, loaded when it is first opened. */
export const VIEWS: Readonly<Record<string, View>> = {
  flow: { title: 'Flow', listed: true, load: async () => (await import('./views/flow/flow.tsx')).Flow },
  events: {
    title: 'Event',
    listed: true,
    load: async () => (await import('./views/event/event.tsx')).EventStory,
  },
  deliveries: {
    title: 'Deliveries',
    listed: true,
    load: async () => (await import('./views/deliveries/deliveries.tsx')).Deliveries,
  },
  workbench: {
    title: 'Filters',
    listed: true,
    load: async () => (await import('./views/workbench/workbench.tsx')).Workbench,
  },
  orgs: { title: 'Orgs', listed: true, load: async () => (await import('./views/orgs/orgs.tsx')).Orgs },
  subscriptions: {
    title: 'Subscriptions',
    listed: false,
    load: async () => (await import('./views/resources/subscriptions.tsx')).Subscriptions,
  },
  streams: {
    title: 'Streams',
    listed: false,
    load: async () => (await import('./views/resources/streams.tsx')).Streams,
  },
  publications: {
    title: 'Publications',
    listed: false,
    load: async () => (await import('./views/resources/publications.tsx')).Publications,
  },
};
