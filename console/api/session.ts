import { request } from './client.ts';
import { ApiProblem } from './problem.ts';

export interface Session {
  /** The one app that the session is bound to; null for an administration session, which may look at every app. */
  readonly app: { readonly id: string; readonly name: string } | null;
  readonly administration: boolean;
  /** Whether this session may see the events' payloads. */
  readonly payloads: boolean;
  readonly expires_at: string;
}

/** Exchanges a link's one-time code, `#code=…`, for a session, and removes it from the address bar and the browser's history. */
export async function openSession(): Promise<Session | undefined> {
  const code = /^#code=([^&]+)/.exec(location.hash)?.[1];
  if (code !== undefined) {
    history.replaceState(null, '', location.pathname);
    await request('/console/session', { method: 'POST', body: { code: decodeURIComponent(code) } });
  }
  try {
    return (await request<Session>('/console/session')).value;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return undefined;
    throw error;
  }
}

export async function endSession(): Promise<void> {
  await request('/console/session', { method: 'DELETE' });
}
