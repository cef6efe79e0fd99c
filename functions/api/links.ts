import type { Links } from './objects.ts';
import type { ApiDependencies } from './ports.ts';

/** What the app's subscriptions, publications and streams are shown from, read side by side. */
export async function readLinks(dependencies: ApiDependencies, appId: string): Promise<Links> {
  const [subscriptions, publications, streams, feeds] = await Promise.all([
    dependencies.subscriptions.list(appId),
    dependencies.publications.list(appId),
    dependencies.streams.list(appId),
    dependencies.feeds.listOfApp(appId),
  ]);
  return { subscriptions, publications, streams, feeds };
}
