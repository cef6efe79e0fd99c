import { parseDurationMs } from '../../base/duration.ts';
import type { App } from '../../domain/apps/app.ts';
import type { AppStore } from '../../domain/apps/app-store.ts';
import { RETENTION_MS } from '../../domain/apps/retention.ts';
import { quoted } from '../../domain/fields.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Undefined if there is no such app. @param retention such as `3d`; null: the installation's retention */
export async function changeApp(
  { apps }: { readonly apps: AppStore },
  nameOrId: string,
  retention: string | null,
): Promise<{ readonly kind: 'updated'; readonly app: App } | Refusal | undefined> {
  const retentionMs = retention === null ? undefined : parseDurationMs(retention);
  if (retention !== null && !isRetention(retentionMs)) {
    return refuse(
      'unprocessable',
      `expected "retention" to be whole hours from 1h to ${RETENTION_MS.max / DAY_MS}d, such as 12h or 3d, found ${quoted(retention)}`,
    );
  }
  const app = await apps.get(nameOrId);
  if (app === undefined || (await apps.setRetention(app.id, retentionMs)) === 'gone') return undefined;
  return { kind: 'updated', app: { ...app, retentionMs } };
}

function isRetention(ms: number | undefined): boolean {
  return ms !== undefined && ms >= RETENTION_MS.min && ms <= RETENTION_MS.max && ms % HOUR_MS === 0;
}

/** Formats a retention as `3d` or `12h`. */
export function retentionText(ms: number): string {
  return ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : `${ms / HOUR_MS}h`;
}
