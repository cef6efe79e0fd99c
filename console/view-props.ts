import type { Session } from './api/session.ts';
import type { Route } from './router.ts';

/** What every view is given. */
export interface ViewProps {
  /** Name of the app that is looked at. */
  readonly app: string;
  readonly session: Session;
  readonly route: Route;
}
