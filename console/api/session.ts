import { request } from './client.ts';
import { ApiProblem } from './problem.ts';

export interface Session {
  /** The one app that the session is bound to; null for one of administration, which may look at all of them. */
  readonly app: { readonly id: string; readonly name: string } | null;
  readonly administration: boolean;
  /** Whether this session may see what events carry. */
  readonly payloads: boolean;
  readonly expires_at: string;
}

/** Turns the one-time code of a link, `#code=…`, into a session, and takes it out of the address bar and the browser's history. */
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
