import type { Session } from './api/session.ts';
import type { Route } from './router.ts';

/** What every view gets. */
export interface ViewProps {
  /** Name of the app shown. */
  readonly app: string;
  readonly session: Session;
  readonly route: Route;
}
